{{/*
A value as TOML. Helm's own toToml writes each number of a values file as a fraction, and weir
takes no 30.0 for a count.
*/}}
{{- define "weir.toml.value" -}}
{{- if kindIs "string" . -}}
{{ toJson . }}
{{- else if kindIs "bool" . -}}
{{ . }}
{{- else if or (kindIs "float64" .) (kindIs "int64" .) (kindIs "int" .) -}}
{{- if eq (float64 .) (floor .) }}{{ printf "%d" (int64 .) }}{{ else }}{{ toString . }}{{ end -}}
{{- else if kindIs "slice" . -}}
[{{ range $i, $one := . }}{{ if $i }}, {{ end }}{{ include "weir.toml.value" $one }}{{ end }}]
{{- else -}}
{{ fail (printf "config: got %v, takes texts, numbers, true, false, lists and tables of them" .) }}
{{- end -}}
{{- end }}

{{/* A table as TOML: its values, then the tables in it. Takes a list: its name, and the table. */}}
{{- define "weir.toml.table" -}}
{{- $name := first . -}}
{{- $table := last . -}}
{{- range $key, $value := $table }}{{ if not (kindIs "map" $value) }}
{{ $key }} = {{ include "weir.toml.value" $value }}
{{- end }}{{ end }}
{{- range $key, $value := $table }}{{ if kindIs "map" $value }}
{{- $inner := list $name $key | compact | join "." }}

[{{ $inner }}]
{{- include "weir.toml.table" (list $inner $value) }}
{{- end }}{{ end }}
{{- end }}

{{/* weir.toml: what values say, and over it what is the chart's to say. */}}
{{- define "weir.toml" -}}
{{- $own := dict
    "addr" "0.0.0.0:8080"
    "data_dir" "/var/lib/weir"
    "viewer" "/usr/share/weir/viewer"
    "assistant" (dict "calls" (dict "addr" "0.0.0.0:8765")) -}}
{{- if .Values.nats.enabled }}
{{- $url := printf "nats://%s-nats:4222" (include "weir.fullname" .) }}
{{- $_ := set $own "broker" (dict "url" $url) }}
{{- end }}
{{- include "weir.toml.table" (list "" (mustMergeOverwrite (deepCopy .Values.config) $own)) | trim }}
{{ end }}
