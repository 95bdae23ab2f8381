{{- define "weir.egressDns" -}}
{{- with .Values.networkPolicy.dnsTo -}}
- to: {{- toYaml . | nindent 4 }}
  ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
{{- end }}
{{- end }}

{{/* Takes a list: to whom, and the port. */}}
{{- define "weir.egressTo" -}}
{{- if first . }}
- to: {{- toYaml (first .) | nindent 4 }}
  ports:
    - {port: {{ last . }}, protocol: TCP}
{{- end }}
{{- end }}

{{/* Whom weir may ask. */}}
{{- define "weir.egress" -}}
{{- include "weir.egressDns" . }}
{{- if .Values.nats.enabled }}
- to:
    - podSelector:
        matchLabels: {{- include "weir.selector" (list . "nats") | nindent 10 }}
  ports:
    - {port: 4222, protocol: TCP}
{{- end }}
{{- with .Values.networkPolicy }}
{{- include "weir.egressTo" (list .natsTo .natsPort) }}
{{- include "weir.egressTo" (list .postgresTo .postgresPort) }}
{{- include "weir.egressTo" (list .mlflowTo .mlflowPort) }}
{{- if .https }}
# Outside alone: not what is beside it, and not the cloud's own address that hands out rights.
- to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: [10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, 169.254.0.0/16]
    - ipBlock:
        cidr: ::/0
        except: [fc00::/7, fe80::/10]
  ports:
    - {port: 443, protocol: TCP}
{{- end }}
{{- end }}
{{- end }}
