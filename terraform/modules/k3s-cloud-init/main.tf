# What a machine does at its first start: k3s, and the chart with the server in it. No provider is
# needed, so that the same module serves each cloud, and a machine that nobody rents.

locals {
  namespace = "weir"
  models    = "/srv/weir/models"
  # Pods of k3s: Traefik is one of them, and is believed about who asks.
  pods = "10.42.0.0/16"

  config = merge(
    { trusted_proxies = [local.pods] },
    { for key, value in { registry = { place = "/srv/models" } } : key => value if var.buckets.models != "" },
    var.config,
  )

  # Where the machine copies networks to, as the server sees it.
  networks = { for key, value in {
    extraVolumes      = [{ name = "models", hostPath = { path = local.models, type = "DirectoryOrCreate" } }]
    extraVolumeMounts = [{ name = "models", mountPath = "/srv/models", readOnly = true }]
  } : key => value if var.buckets.models != "" }

  values = merge(var.values, {
    image = {
      repository = var.image.repository
      tag        = var.image.tag
      digest     = var.image.digest
    }
    config      = local.config
    persistence = { enabled = true, size = "${var.data_gib}Gi" }
    # Made on the machine itself by files/start: no state and no user data holds it.
    secret  = { name = "weir-secrets" }
    ingress = { enabled = true, className = "traefik", host = var.host }
    networkPolicy = {
      from  = [{ namespaceSelector = { matchLabels = { "kubernetes.io/metadata.name" = "kube-system" } } }]
      https = true
    }
  }, local.networks)

  chart = {
    apiVersion = "helm.cattle.io/v1"
    kind       = "HelmChart"
    metadata   = { name = "weir", namespace = "kube-system" }
    spec = {
      chart           = var.chart.place
      version         = var.chart.version
      targetNamespace = local.namespace
      createNamespace = true
      valuesContent   = yamlencode(local.values)
    }
  }

  # Traefik comes with k3s. It has the certificate, and sends everybody to HTTPS.
  traefik = {
    apiVersion = "helm.cattle.io/v1"
    kind       = "HelmChartConfig"
    metadata   = { name = "traefik", namespace = "kube-system" }
    spec = {
      valuesContent = yamlencode({
        additionalArguments = [
          "--certificatesresolvers.letsencrypt.acme.email=${var.email}",
          "--certificatesresolvers.letsencrypt.acme.caserver=${var.acme_directory}",
          "--certificatesresolvers.letsencrypt.acme.storage=/data/acme.json",
          "--certificatesresolvers.letsencrypt.acme.tlschallenge=true",
          "--entrypoints.websecure.http.tls.certresolver=letsencrypt",
          "--entrypoints.web.http.redirections.entrypoint.to=:443",
          "--entrypoints.web.http.redirections.entrypoint.scheme=https",
        ]
        persistence = { enabled = true, size = "128Mi" }
        # Who asks is who the connection is from, not who forwarded it within the machine.
        service = { spec = { externalTrafficPolicy = "Local" } }
      })
    }
  }

  k3s = {
    # Fixed, so that a new machine with the old disk finds what is on it.
    "node-name"                   = "weir"
    "secrets-encryption"          = true
    "write-kubeconfig-mode"       = "0600"
    "cluster-cidr"                = local.pods
    "kube-apiserver-arg"          = ["profiling=false"]
    "kube-controller-manager-arg" = ["profiling=false"]
    "kubelet-arg"                 = ["protect-kernel-defaults=true"]
  }

  settings = {
    WEIR_CLOUD            = var.cloud
    WEIR_PRIVATE_REGISTRY = var.private_registry ? "1" : ""
    WEIR_IMAGE            = join("", [var.image.repository, var.image.digest != "" ? "@${var.image.digest}" : ":${var.image.tag}"])
    WEIR_NAMESPACE        = local.namespace
    WEIR_DATA_DEVICE      = var.data_device
    WEIR_K3S_VERSION      = var.k3s.version
    WEIR_K3S_SHA256       = var.k3s.sha256
    WEIR_MODELS           = var.buckets.models
    WEIR_MODELS_FOLDER    = local.models
    WEIR_AUDIO            = var.buckets.audio
    WEIR_DATA             = var.buckets.data
  }

  files = {
    "/etc/weir/machine"                       = ["0644", join("", [for key, value in local.settings : "${key}='${value}'\n"])]
    "/etc/rancher/k3s/config.yaml"            = ["0600", yamlencode(local.k3s)]
    "/etc/weir/manifests/weir.yaml"           = ["0600", yamlencode(local.chart)]
    "/etc/weir/manifests/traefik-config.yaml" = ["0600", yamlencode(local.traefik)]
    "/etc/sysctl.d/90-k3s.conf"               = ["0644", file("${path.module}/files/sysctl.conf")]
    "/usr/local/sbin/weir-start"              = ["0755", file("${path.module}/files/start")]
    "/usr/local/sbin/weir-copy"               = ["0755", file("${path.module}/files/copy")]
    "/etc/systemd/system/k3s.service"         = ["0644", file("${path.module}/files/k3s.service")]
    "/etc/systemd/system/weir-copy.service"   = ["0644", file("${path.module}/files/weir-copy.service")]
    "/etc/systemd/system/weir-copy.timer"     = ["0644", file("${path.module}/files/weir-copy.timer")]
  }

  user_data = join("\n", ["#cloud-config", yamlencode({
    package_update = false
    write_files = [for path, file in local.files : {
      path        = path
      permissions = file[0]
      owner       = "root:root"
      encoding    = "gz+b64"
      content     = base64gzip(file[1])
    }]
    runcmd = [["/usr/local/sbin/weir-start"]]
  })])
}
