//! The graphics card: found at run time, and watched.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use thiserror::Error;

use super::kernels::Kernels;

/// What can go wrong with a graphics card.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum GpuError {
    /// There is none that can be used.
    #[error(
        "no graphics card: neither Vulkan nor Metal nor Direct3D 12 finds one; install its driver \
         (on Debian `apt install mesa-vulkan-drivers` also brings one that runs on the processor)"
    )]
    None,
    /// There is one, which cannot be had.
    #[error("the graphics card {name} cannot be opened: {why}")]
    Refused {
        /// The card.
        name: String,
        /// What its driver says.
        why: String,
    },
    /// It has not the memory for what was asked of it.
    #[error("the graphics card {name} has no room for {what}: {bytes} bytes")]
    Full {
        /// The card.
        name: String,
        /// What was to be stored.
        what: String,
        /// How much that is.
        bytes: u64,
    },
    /// More solids move in a scene than it can take account of.
    #[error("{got} bodies and lines on their way in one scene: a graphics card takes {most}")]
    Movers {
        /// How many.
        got: usize,
        /// How many may.
        most: usize,
    },
    /// It stopped working, or its driver refuses to go on.
    #[error("the graphics card {name} is lost: {why}")]
    Lost {
        /// The card.
        name: String,
        /// What its driver says.
        why: String,
    },
}

/// A graphics card that is ready to compute.
#[derive(Clone, Debug)]
pub struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    name: String,
    is_processor: bool,
    fault: Arc<Mutex<Option<String>>>,
    /// Compiled when they are first asked for, and shared.
    kernels: Arc<OnceLock<Arc<Kernels>>>,
}

impl Gpu {
    /// The fastest card at hand; a driver that computes on the processor if there is no other.
    ///
    /// # Errors
    /// There is none.
    pub fn open() -> Result<Self, GpuError> {
        let mut wanted = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
        wanted.backends &= wgpu::Backends::PRIMARY;
        let instance = wgpu::Instance::new(wanted);
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        // What it says of a machine without one is which of its features were built.
        let adapter = pollster::block_on(instance.request_adapter(&options));
        let adapter = adapter.map_err(|_| GpuError::None)?;
        let (info, limits) = (adapter.get_info(), adapter.limits());
        let name = info.name;
        let wanted = wgpu::DeviceDescriptor {
            label: Some("weir"),
            // A batch of scenes is large; all else stays within what every card has.
            required_limits: wgpu::Limits {
                max_buffer_size: limits.max_buffer_size,
                max_storage_buffer_binding_size: limits.max_storage_buffer_binding_size,
                ..wgpu::Limits::default()
            },
            ..Default::default()
        };
        match pollster::block_on(adapter.request_device(&wanted)) {
            Ok((device, queue)) => {
                let is_processor = info.device_type == wgpu::DeviceType::Cpu;
                Ok(Self { is_processor, ..Self::share(device, queue, name) })
            }
            Err(error) => Err(GpuError::Refused { name, why: error.to_string() }),
        }
    }

    /// A card that somebody else has opened: a network, or a window.
    pub fn share(device: wgpu::Device, queue: wgpu::Queue, name: impl Into<String>) -> Self {
        let fault = Arc::new(Mutex::new(None));
        let note = |why: String, fault: &Mutex<Option<String>>| {
            // The first is the cause, what follows are its consequences.
            fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        };
        let seen = Arc::clone(&fault);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            note(error.to_string(), &seen);
        }));
        let seen = Arc::clone(&fault);
        device.set_device_lost_callback(move |reason, text| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                note(text, &seen);
            }
        });
        let (name, kernels) = (name.into(), Arc::default());
        Self { device, queue, name, is_processor: false, fault, kernels }
    }

    pub(super) fn kernels(&self) -> Arc<Kernels> {
        Arc::clone(self.kernels.get_or_init(|| Arc::new(Kernels::new(self))))
    }

    /// Whether it is none: a driver that computes on the processor, slower than
    /// [`crate::Backend::Cpu`].
    pub fn is_processor(&self) -> bool {
        self.is_processor
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The device, for whoever wants to compute on the same.
    pub fn device(&self) -> &wgpu::Device {
        &self.device
    }

    /// What takes its work.
    pub fn queue(&self) -> &wgpu::Queue {
        &self.queue
    }

    /// Room for `bytes` bytes, all zero.
    ///
    /// # Errors
    /// There is not as much.
    pub(super) fn buffer(
        &self,
        what: &str,
        bytes: u64,
        usage: wgpu::BufferUsages,
    ) -> Result<wgpu::Buffer, GpuError> {
        let full = || GpuError::Full { name: self.name.clone(), what: what.to_owned(), bytes };
        let limits = self.device.limits();
        let most = limits.max_buffer_size.min(limits.max_storage_buffer_binding_size);
        if bytes > most {
            return Err(full());
        }
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffer = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(what),
            // A binding has to hold something.
            size: bytes.next_multiple_of(4).max(64),
            usage,
            mapped_at_creation: false,
        });
        match pollster::block_on(memory.pop()) {
            None => Ok(buffer),
            Some(_) => Err(full()),
        }
    }

    /// Waits until all that was submitted is done.
    ///
    /// # Errors
    /// The card is lost, or refused something.
    pub(super) fn wait(&self) -> Result<(), GpuError> {
        let waited = self.device.poll(wgpu::PollType::wait_indefinitely());
        self.check()?;
        waited.map(drop).map_err(|error| self.lost(&error))
    }

    /// Whether all went well so far.
    pub(super) fn check(&self) -> Result<(), GpuError> {
        let fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        fault.as_ref().map_or(Ok(()), |why| Err(self.lost(why)))
    }

    pub(super) fn lost(&self, why: &dyn std::fmt::Display) -> GpuError {
        GpuError::Lost { name: self.name.clone(), why: why.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
    fn on_a_card_what_does_not_fit_is_refused_and_what_fits_still_does() {
        let gpu = Gpu::open().expect("a graphics card, or mesa-vulkan-drivers");
        let usage = wgpu::BufferUsages::STORAGE;
        let error = gpu.buffer("the water", 1 << 60, usage).expect_err("an exabyte");
        let text = error.to_string();
        assert!(text.contains("the water") && text.contains("1152921504606846976"), "{text}");
        assert!(gpu.buffer("a drop", 64, usage).is_ok());
        gpu.wait().expect("nothing is lost");
    }
}
