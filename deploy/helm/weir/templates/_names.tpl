{{- define "weir.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Short enough for what is put behind it: `-refresh` of a job, and a number of a pod. */}}
{{- define "weir.fullname" -}}
{{- $name := include "weir.name" . -}}
{{- $both := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{ .Values.fullnameOverride | default $both | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* Takes a list: the context, and which part of the release it is. */}}
{{- define "weir.selector" -}}
{{- $context := first . -}}
app.kubernetes.io/name: {{ include "weir.name" $context }}
app.kubernetes.io/instance: {{ $context.Release.Name }}
app.kubernetes.io/component: {{ last . }}
{{- end }}

{{- define "weir.labels" -}}
{{- $context := first . -}}
{{ include "weir.selector" . }}
app.kubernetes.io/version: {{ $context.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $context.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $context.Chart.Name $context.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "weir.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The name of the secret with weir's variables; nothing where there is none. */}}
{{- define "weir.secret" -}}
{{- if or .Values.secret.external.enabled .Values.secret.sealed.enabled -}}
{{ include "weir.fullname" . }}
{{- else -}}
{{ .Values.secret.name }}
{{- end -}}
{{- end }}
