//! Where a network runs.

use burn::tensor::Device;

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
/// This build has no such device.
pub fn open(name: &str) -> Result<Device, ModelError> {
    match name {
        "flex" => Ok(Device::flex()),
        #[cfg(feature = "wgpu")]
        "wgpu" => Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)),
        #[cfg(feature = "cuda")]
        "cuda" => Ok(Device::cuda(0)),
        _ => Err(ModelError::Device {
            name: name.to_owned(),
            why: format!("this build has {}", KINDS.join(", ")),
        }),
    }
}

/// Whether a network on this device computes on the processor.
pub fn is_processor(device: &Device) -> bool {
    // Equal devices are the same hardware, whether they learn or not.
    *device == Device::flex()
}
