//! Where a network runs.

use burn::tensor::Device;
#[cfg(any(feature = "wgpu", feature = "cuda"))]
use burn::tensor::DeviceType;

use crate::ModelError;

/// Kinds of devices that this build knows.
pub const KINDS: &[&str] = &[
    "flex",
    #[cfg(feature = "wgpu")]
    "wgpu",
    #[cfg(feature = "cuda")]
    "cuda",
];

/// The device called `name`: `flex` (the processor), `wgpu` or `cuda`.
///
/// # Errors
/// This build has no such device, or this machine.
pub fn open(name: &str) -> Result<Device, ModelError> {
    match name {
        "flex" => Ok(Device::flex()),
        #[cfg(feature = "wgpu")]
        "wgpu" => {
            found(DeviceType::Wgpu, name, "a Vulkan driver (Debian: mesa-vulkan-drivers)")?;
            Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice))
        }
        #[cfg(feature = "cuda")]
        "cuda" => {
            found(DeviceType::Cuda, name, "NVIDIA's driver and the CUDA toolkit")?;
            Ok(Device::cuda(0))
        }
        _ => {
            let why = format!("this build has {}", KINDS.join(", "));
            Err(ModelError::Device { name: name.to_owned(), why })
        }
    }
}

/// The device called `name` where none must be waited for, as in a browser: `wgpu` is WebGPU there.
///
/// # Errors
/// This build has no such device, or the browser.
pub async fn open_async(name: &str) -> Result<Device, ModelError> {
    #[cfg(feature = "webgpu")]
    if name == "wgpu" {
        let opened = Device::wgpu_options().init_async().await;
        let failed = |why: String| ModelError::Device { name: name.to_owned(), why };
        return opened.map_err(|error| failed(error.to_string()));
    }
    open(name)
}

/// The device that computes on this card, beside whoever else does.
///
/// # Errors
/// The card is not one that burn can use.
#[cfg(feature = "wgpu")]
pub fn on(gpu: &weir_gpu::Gpu) -> Result<Device, ModelError> {
    use burn::tensor::wgpu::{MemoryConfiguration, WgpuSetup};

    let shared = gpu.keep(|gpu| {
        let setup = WgpuSetup {
            instance: gpu.instance().clone(),
            adapter: gpu.adapter().clone(),
            device: gpu.device().clone(),
            queue: gpu.queue().clone(),
            backend: gpu.adapter().get_info().backend,
        };
        let options = Device::wgpu_options().setup(setup);
        // A kernel may not read one part of a buffer and write another.
        let options = options.memory_config(MemoryConfiguration::ExclusivePages);
        let device = options.init().map_err(|error| ModelError::Device {
            name: gpu.name().to_owned(),
            why: error.to_string(),
        })?;
        // burn watches the card too now, and would panic.
        gpu.watch();
        Ok::<_, ModelError>(Shared(device))
    })?;
    Ok(shared.0.clone())
}

/// burn's name for a card, which is given once.
#[cfg(feature = "wgpu")]
struct Shared(Device);

/// Asks for a device before its first use, which would panic without one.
#[cfg(any(feature = "wgpu", feature = "cuda"))]
fn found(kind: DeviceType, name: &str, takes: &str) -> Result<(), ModelError> {
    if Device::enumerate(kind).into_vec().is_empty() {
        let why = format!("there is none on this machine; it takes {takes}");
        return Err(ModelError::Device { name: name.to_owned(), why });
    }
    Ok(())
}

/// Whether a network on this device computes on the processor.
pub fn is_processor(device: &Device) -> bool {
    // Equal devices are the same hardware, whether they learn or not.
    *device == Device::flex()
}
