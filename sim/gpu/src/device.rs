//! The graphics card: found at run time, and watched.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

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
    /// It stopped working, or its driver refuses to go on.
    #[error("the graphics card {name} is lost: {why}")]
    Lost {
        /// The card.
        name: String,
        /// What its driver says.
        why: String,
    },
}

/// What was made once for a card, by its type.
type Kept = HashMap<TypeId, Arc<dyn Any + Send + Sync>>;

/// A graphics card that is ready to compute. Clones are the same card.
#[derive(Clone, Debug)]
pub struct Gpu {
    instance: wgpu::Instance,
    adapter: wgpu::Adapter,
    device: wgpu::Device,
    queue: wgpu::Queue,
    info: wgpu::AdapterInfo,
    fault: Arc<Mutex<Option<String>>>,
    kept: Arc<Mutex<Kept>>,
}

impl Gpu {
    /// The fastest card at hand; a driver that computes on the processor if there is no other.
    /// All that it can do is asked for: a network's kernels look at the card, not at what was
    /// asked of it.
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
        let features = adapter.features();
        let wanted = wgpu::DeviceDescriptor {
            label: Some("weir"),
            // The first makes all buffers slow on cards with memory of their own, the others
            // have to be vouched for.
            required_features: features
                - wgpu::Features::MAPPABLE_PRIMARY_BUFFERS
                - wgpu::Features::all_experimental_mask(),
            required_limits: adapter.limits(),
            ..Default::default()
        };
        match pollster::block_on(adapter.request_device(&wanted)) {
            Ok((device, queue)) => Ok(Self::share(instance, adapter, device, queue)),
            Err(error) => {
                let name = adapter.get_info().name;
                Err(GpuError::Refused { name, why: error.to_string() })
            }
        }
    }

    /// A card that somebody else has opened: a window, say. From now on it is watched here.
    pub fn share(
        instance: wgpu::Instance,
        adapter: wgpu::Adapter,
        device: wgpu::Device,
        queue: wgpu::Queue,
    ) -> Self {
        let info = adapter.get_info();
        let (fault, kept) = Default::default();
        let gpu = Self { instance, adapter, device, queue, info, fault, kept };
        gpu.watch();
        gpu
    }

    /// Notes from now on what goes wrong with the card. Only one at a time can: whoever lets a
    /// library loose on the card, which may watch it too, calls this afterwards.
    pub fn watch(&self) {
        let note = |why: String, fault: &Mutex<Option<String>>| {
            // The first is the cause, what follows are its consequences.
            fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        };
        let seen = Arc::clone(&self.fault);
        self.device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            note(error.to_string(), &seen);
        }));
        let seen = Arc::clone(&self.fault);
        self.device.set_device_lost_callback(move |reason, text| {
            if reason != wgpu::DeviceLostReason::Destroyed {
                note(text, &seen);
            }
        });
    }

    /// What `make` makes, the first time that a thing of its type is asked for; kernels, say,
    /// that take time to compile.
    ///
    /// # Errors
    /// It could not be made.
    pub fn keep<T, E>(&self, make: impl FnOnce(&Self) -> Result<T, E>) -> Result<Arc<T>, E>
    where
        T: Any + Send + Sync,
    {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&TypeId::of::<T>()).cloned();
        if let Some(thing) = found.and_then(|thing| thing.downcast().ok()) {
            return Ok(thing);
        }
        let thing = Arc::new(make(self)?);
        kept.insert(TypeId::of::<T>(), Arc::clone(&thing) as Arc<dyn Any + Send + Sync>);
        Ok(thing)
    }

    /// Whether it is none: a driver that computes on the processor, more slowly than a program
    /// for the processor would.
    pub fn is_processor(&self) -> bool {
        self.info.device_type == wgpu::DeviceType::Cpu
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.info.name
    }

    /// What it was found with.
    pub fn instance(&self) -> &wgpu::Instance {
        &self.instance
    }

    /// What it can do.
    pub fn adapter(&self) -> &wgpu::Adapter {
        &self.adapter
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
    pub fn buffer(
        &self,
        what: &str,
        bytes: u64,
        usage: wgpu::BufferUsages,
    ) -> Result<wgpu::Buffer, GpuError> {
        let full = || GpuError::Full { name: self.info.name.clone(), what: what.to_owned(), bytes };
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
    pub fn wait(&self) -> Result<(), GpuError> {
        let waited = self.device.poll(wgpu::PollType::wait_indefinitely());
        self.check()?;
        waited.map(drop).map_err(|error| self.lost(&error))
    }

    /// Whether all went well so far.
    pub fn check(&self) -> Result<(), GpuError> {
        let fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        fault.as_ref().map_or(Ok(()), |why| Err(self.lost(why)))
    }

    /// The error of a card that cannot be used any more.
    pub fn lost(&self, why: &dyn std::fmt::Display) -> GpuError {
        GpuError::Lost { name: self.info.name.clone(), why: why.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[ignore = "needs a graphics card, or Debian's mesa-vulkan-drivers"]
    fn on_a_card_what_is_kept_is_made_once() {
        let gpu = Gpu::open().expect("a graphics card, or mesa-vulkan-drivers");
        let count = |gpu: &Gpu| *gpu.keep(|_| Ok::<_, ()>(7_u8)).expect("a number");
        assert_eq!(gpu.keep(|_| Err::<u8, _>("not now")), Err("not now"));
        assert_eq!(count(&gpu), 7);
        assert_eq!(gpu.clone().keep(|_| Err::<u8, _>("never")).map(|n| *n), Ok(7));
        assert_eq!(gpu.keep(|_| Ok::<_, ()>("another type")).map(|t| *t), Ok("another type"));
    }

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
