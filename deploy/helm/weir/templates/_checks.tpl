{{/* What a schema cannot say: values that are right each by itself, and wrong together. */}}
{{- define "weir.checks" -}}
{{- $secret := .Values.secret }}
{{- $ways := 0 }}
{{- range list $secret.name $secret.external.enabled $secret.sealed.enabled }}
{{- if . }}{{ $ways = add1 $ways }}{{ end }}
{{- end }}
{{- if gt (int $ways) 1 }}
{{- fail "secret: takes one of name, external and sealed" }}
{{- end }}
{{- $has := include "weir.secret" . }}
{{- $broker := .Values.config.broker | default dict }}
{{- if and .Values.nats.enabled $broker.url }}
{{- fail "nats.enabled: config.broker.url names another broker" }}
{{- end }}
{{- if and .Values.nats.auth (not $has) }}
{{- fail "nats.auth: takes a secret with WEIR_BROKER__TOKEN" }}
{{- end }}
{{- if and .Values.postgres.enabled (not $has) }}
{{- fail "postgres.enabled: takes a secret with WEIR_ASSISTANT__VECTORS__URL" }}
{{- end }}
{{- if and .Values.refresh.enabled (not .Values.postgres.enabled) }}
{{- fail "refresh.enabled: takes postgres.enabled, since a job has no way to the data of a replica" }}
{{- end }}
{{- $embeddings := (.Values.config.assistant | default dict).embeddings | default dict }}
{{- if and .Values.refresh.enabled (eq ($embeddings.by | default "none") "none") }}
{{- fail "refresh.enabled: takes config.assistant.embeddings.by other than none; there is nothing to refresh" }}
{{- end }}
{{- if and .Values.monitoring.serviceMonitor.token (not $has) }}
{{- fail "monitoring.serviceMonitor.token: takes a secret with WEIR_METRICS__TOKEN" }}
{{- end }}
{{- if and .Values.autoscaling.enabled (lt (int .Values.autoscaling.max) (int .Values.autoscaling.min)) }}
{{- fail "autoscaling.max: is less than autoscaling.min" }}
{{- end }}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int (add .Values.preStopSeconds 10)) }}
{{- fail "terminationGracePeriodSeconds: takes preStopSeconds and 10 more, for visitors to go" }}
{{- end }}
{{- end }}
