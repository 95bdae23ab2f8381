{{/* What all pods of the release are held to: `restricted` of the pod security standards. */}}
{{- define "weir.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
# A volume of many files would be walked through at each start.
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "weir.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* What pods that run weir have in common beside that. */}}
{{- define "weir.podCommon" -}}
serviceAccountName: {{ include "weir.fullname" . }}
automountServiceAccountToken: false
# Kubernetes would tell each pod of each service by variables, and weir refuses a WEIR_… that is
# no key: a service called weir-nats is WEIR_NATS_SERVICE_HOST.
enableServiceLinks: false
securityContext: {{- include "weir.podSecurity" . | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{- define "weir.env" -}}
{{- with include "weir.secret" . }}
# weir reads secrets from its environment and from no file of their own.
envFrom:
  - secretRef: {name: {{ . }}}
{{- end }}
{{- end }}

{{- define "weir.mounts" -}}
- {name: config, mountPath: /etc/weir, readOnly: true}
- {name: data, mountPath: /var/lib/weir}
- {name: tmp, mountPath: /tmp}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "weir.volumes" -}}
- {name: config, configMap: {name: {{ include "weir.fullname" . }}}}
- {name: tmp, emptyDir: {sizeLimit: 64Mi}}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
