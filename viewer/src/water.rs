//! Water as a picture, painted by the graphics card among the window's panels.
//!
//! The same surface as on the website: what `water.wgsl` says of its three passes.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use eframe::egui::{self, Color32, PaintCallbackInfo, Rect};
use eframe::egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use eframe::wgpu;
use weir_scene::{Domain, Frame};

/// How water is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// As water.
    #[default]
    Water,
    /// As particles, coloured by their speed.
    Speed,
}

/// Speed that is coloured as the fastest, m/s.
pub const FASTEST_M_S: f32 = 4.0;
/// Radius of a particle's disc, in spacings of particles.
const RADIUS: f32 = 2.1;
/// What discs add up to in full water: a disc's weight over the room of a particle.
const FULL: f32 = std::f32::consts::PI / 3.0 * RADIUS * RADIUS;
/// Pixels of the canvas to one of what is added up, and of that to one of what is blurred.
const COARSER: u32 = 2;
const BLURRED: u32 = 6;
/// What is added up is stored so.
const AMOUNT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba16Float;

/// Colours of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    /// What is behind the water, and the squares on it.
    pub paper: Color32,
    /// See `paper`.
    pub ruled: Color32,
    /// Water near the surface, deep down, and where it foams.
    pub shallow: Color32,
    /// See `shallow`.
    pub deep: Color32,
    /// See `shallow`.
    pub foam: Color32,
    /// Lines.
    pub ink: Color32,
    /// What matters.
    pub accent: Color32,
    /// Bodies.
    pub body: Color32,
}

impl Theme {
    /// Water as a thin line, which has to stand out from the paper.
    pub fn line(&self) -> Color32 {
        if self.paper.intensity() < 0.5 { self.shallow } else { self.deep }
    }
}

/// By day.
pub const LIGHT: Theme = Theme {
    paper: Color32::from_rgb(0xfb, 0xf8, 0xf0),
    ruled: Color32::from_rgb(0xf1, 0xec, 0xdf),
    shallow: Color32::from_rgb(0x6f, 0xbf, 0xce),
    deep: Color32::from_rgb(0x1f, 0x7c, 0x98),
    foam: Color32::WHITE,
    ink: Color32::from_rgb(0x2b, 0x2f, 0x33),
    accent: Color32::from_rgb(0xc2, 0x56, 0x2f),
    body: Color32::from_rgb(0xd8, 0xa8, 0x68),
};

/// By night.
pub const DARK: Theme = Theme {
    paper: Color32::from_rgb(0x1b, 0x21, 0x26),
    ruled: Color32::from_rgb(0x22, 0x2a, 0x30),
    shallow: Color32::from_rgb(0x3f, 0x9f, 0xb8),
    deep: Color32::from_rgb(0x0f, 0x5a, 0x78),
    foam: Color32::from_rgb(0xe8, 0xfb, 0xff),
    ink: Color32::from_rgb(0xec, 0xe7, 0xd9),
    accent: Color32::from_rgb(0xff, 0x9a, 0x6b),
    body: Color32::from_rgb(0x8d, 0x6a, 0x3e),
};

/// A picture of the water of a frame.
pub struct Picture {
    /// Which picture of the window it is; each has its textures.
    pub number: usize,
    /// The water.
    pub frame: Arc<Frame>,
    /// The rectangle.
    pub domain: Domain,
    /// How it is shown.
    pub style: Style,
    /// In which colours.
    pub theme: Theme,
    /// What of its width is seen, shares from the left.
    pub seen: RangeInclusive<f32>,
}

impl Picture {
    /// Paints it where `rect` is on the screen.
    pub fn paint(self, painter: &egui::Painter, rect: Rect) {
        painter.add(Callback::new_paint_callback(rect, Painted { picture: self, rect }));
    }
}

struct Painted {
    picture: Picture,
    rect: Rect,
}

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct View {
    size_m: [f32; 2],
    full: f32,
    radius_m: f32,
    fastest_m_s: f32,
    style: f32,
    cut: [f32; 2],
    colours: [[f32; 4]; 5],
}

/// Pipelines, and the textures of each picture.
struct Studio {
    splat: wgpu::RenderPipeline,
    blur: wgpu::RenderPipeline,
    surface: wgpu::RenderPipeline,
    dots: wgpu::RenderPipeline,
    sampler: wgpu::Sampler,
    canvases: HashMap<usize, Canvas>,
}

/// What one picture has on the card.
struct Canvas {
    size: [u32; 2],
    amount: wgpu::TextureView,
    blurred: wgpu::TextureView,
    view: wgpu::Buffer,
    particles: wgpu::Buffer,
    count: u32,
    /// The frame whose particles these are.
    frame: Arc<Frame>,
    bound: [wgpu::BindGroup; 4],
}

/// Makes what pictures are painted with. Once, before the first.
pub fn prepare(state: &eframe::egui_wgpu::RenderState) {
    let studio = Studio::new(&state.device, state.target_format);
    state.renderer.write().callback_resources.insert(studio);
}

impl Studio {
    fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        let module = device.create_shader_module(wgpu::include_wgsl!("water.wgsl"));
        let add = wgpu::BlendComponent {
            src_factor: wgpu::BlendFactor::One,
            dst_factor: wgpu::BlendFactor::One,
            operation: wgpu::BlendOperation::Add,
        };
        let adding = Some(wgpu::BlendState { color: add, alpha: add });
        let attributes = wgpu::vertex_attr_array![0 => Float32x2, 1 => Float32x2];
        let particles = [Some(wgpu::VertexBufferLayout {
            array_stride: 16,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes: &attributes,
        })];
        let pipeline = |label, vertex, fragment, instanced: bool, format, blend| {
            device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: Some(label),
                layout: None,
                vertex: wgpu::VertexState {
                    module: &module,
                    entry_point: Some(vertex),
                    compilation_options: Default::default(),
                    buffers: if instanced { &particles } else { &[] },
                },
                primitive: wgpu::PrimitiveState {
                    topology: if instanced {
                        wgpu::PrimitiveTopology::TriangleStrip
                    } else {
                        wgpu::PrimitiveTopology::TriangleList
                    },
                    ..Default::default()
                },
                depth_stencil: None,
                multisample: Default::default(),
                fragment: Some(wgpu::FragmentState {
                    module: &module,
                    entry_point: Some(fragment),
                    compilation_options: Default::default(),
                    targets: &[Some(wgpu::ColorTargetState {
                        format,
                        blend,
                        write_mask: wgpu::ColorWrites::ALL,
                    })],
                }),
                multiview_mask: None,
                cache: None,
            })
        };
        let over = Some(wgpu::BlendState::ALPHA_BLENDING);
        Self {
            splat: pipeline("splat", "splat", "add", true, AMOUNT, adding),
            blur: pipeline("blur", "fill", "blur", false, AMOUNT, None),
            surface: pipeline("surface", "fill", "surface", false, target, over),
            dots: pipeline("dots", "splat", "dot_", true, target, over),
            sampler: device.create_sampler(&wgpu::SamplerDescriptor {
                mag_filter: wgpu::FilterMode::Linear,
                min_filter: wgpu::FilterMode::Linear,
                ..Default::default()
            }),
            canvases: HashMap::new(),
        }
    }

    fn canvas(&self, device: &wgpu::Device, size: [u32; 2], count: usize) -> Canvas {
        let texture = |label, [width, height]: [u32; 2]| {
            let texture = device.create_texture(&wgpu::TextureDescriptor {
                label: Some(label),
                size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format: AMOUNT,
                usage: wgpu::TextureUsages::RENDER_ATTACHMENT
                    | wgpu::TextureUsages::TEXTURE_BINDING,
                view_formats: &[],
            });
            texture.create_view(&Default::default())
        };
        let buffer = |label, size: u64, usage| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size,
                usage: usage | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        };
        let amount = texture("amount", size);
        let blurred = texture("blurred", size.map(|n| n.div_ceil(BLURRED)));
        let view = buffer("view", size_of::<View>() as u64, wgpu::BufferUsages::UNIFORM);
        let room = (count + count / 2 + 64) as u64;
        let particles = buffer("particles", 16 * room, wgpu::BufferUsages::VERTEX);
        let whole = wgpu::BindGroupEntry { binding: 0, resource: view.as_entire_binding() };
        let textures = [
            wgpu::BindGroupEntry {
                binding: 1,
                resource: wgpu::BindingResource::TextureView(&amount),
            },
            wgpu::BindGroupEntry {
                binding: 2,
                resource: wgpu::BindingResource::TextureView(&blurred),
            },
            wgpu::BindGroupEntry {
                binding: 3,
                resource: wgpu::BindingResource::Sampler(&self.sampler),
            },
        ];
        let bind = |pipeline: &wgpu::RenderPipeline, entries: &[wgpu::BindGroupEntry<'_>]| {
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: None,
                layout: &pipeline.get_bind_group_layout(0),
                entries,
            })
        };
        let [one, two, three] = textures;
        let bound = [
            bind(&self.splat, std::slice::from_ref(&whole)),
            bind(&self.blur, &[one.clone(), three.clone()]),
            bind(&self.surface, &[whole.clone(), one, two, three]),
            bind(&self.dots, &[whole]),
        ];
        let frame = Arc::default();
        Canvas { size, amount, blurred, view, particles, count: 0, frame, bound }
    }
}

impl CallbackTrait for Painted {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        let Some(studio) = resources.get_mut::<Studio>() else { return Vec::new() };
        let Picture { number, frame, domain, style, theme, seen } = &self.picture;
        let most = device.limits().max_texture_dimension_2d;
        let size = [self.rect.width(), self.rect.height()].map(|points| {
            let pixels = (points * screen.pixels_per_point) as u32 / COARSER;
            pixels.clamp(BLURRED, most)
        });
        let count = frame.positions_m.len();
        let fits =
            |canvas: &Canvas| canvas.size == size && canvas.particles.size() >= 16 * count as u64;
        if !studio.canvases.get(number).is_some_and(fits) {
            let canvas = studio.canvas(device, size, count);
            studio.canvases.insert(*number, canvas);
        }
        let Studio { splat, blur, canvases, .. } = studio;
        let Some(canvas) = canvases.get_mut(number) else { return Vec::new() };
        if !Arc::ptr_eq(&canvas.frame, frame) {
            let both = frame.positions_m.iter().zip(&frame.velocities_m_s);
            let data: Vec<[f32; 4]> = both.map(|(p, v)| [p[0], p[1], v[0], v[1]]).collect();
            queue.write_buffer(&canvas.particles, 0, bytemuck::cast_slice(&data));
            canvas.count = count as u32;
            canvas.frame = Arc::clone(frame);
        }
        let colours = [theme.paper, theme.ruled, theme.shallow, theme.deep, theme.foam];
        let view = View {
            size_m: [domain.width_m as f32, domain.height_m as f32],
            full: FULL,
            radius_m: RADIUS * domain.particle_spacing_m() as f32,
            fastest_m_s: FASTEST_M_S,
            style: if *style == Style::Water { 0.0 } else { 1.0 },
            cut: [*seen.start(), *seen.end()],
            // The target takes what the eye sees, not what light adds up to.
            colours: colours.map(|colour| colour.to_array().map(|c| f32::from(c) / 255.0)),
        };
        queue.write_buffer(&canvas.view, 0, bytemuck::bytes_of(&view));
        if *style == Style::Water {
            let mut pass = begin(encoder, &canvas.amount);
            pass.set_pipeline(splat);
            pass.set_bind_group(0, &canvas.bound[0], &[]);
            pass.set_vertex_buffer(0, canvas.particles.slice(..));
            pass.draw(0..4, 0..canvas.count);
            drop(pass);
            let mut pass = begin(encoder, &canvas.blurred);
            pass.set_pipeline(blur);
            pass.set_bind_group(0, &canvas.bound[1], &[]);
            pass.draw(0..3, 0..1);
        }
        Vec::new()
    }

    fn paint(
        &self,
        _info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let Some(studio) = resources.get::<Studio>() else { return };
        let Some(canvas) = studio.canvases.get(&self.picture.number) else { return };
        pass.set_pipeline(&studio.surface);
        pass.set_bind_group(0, &canvas.bound[2], &[]);
        pass.draw(0..3, 0..1);
        if self.picture.style == Style::Speed {
            pass.set_pipeline(&studio.dots);
            pass.set_bind_group(0, &canvas.bound[3], &[]);
            pass.set_vertex_buffer(0, canvas.particles.slice(..));
            pass.draw(0..4, 0..canvas.count);
        }
    }
}

fn begin<'a>(
    encoder: &'a mut wgpu::CommandEncoder,
    onto: &wgpu::TextureView,
) -> wgpu::RenderPass<'a> {
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: None,
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: onto,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT),
                store: wgpu::StoreOp::Store,
            },
        })],
        ..Default::default()
    })
}

/// A colour for a share from 0 to 1: dark to bright in even steps of lightness, as Viridis
/// (van der Walt & Smith 2015) has them.
pub fn colour_of(share: f32) -> Color32 {
    let colour = colorous::VIRIDIS.eval_continuous(f64::from(share.clamp(0.0, 1.0)));
    Color32::from_rgb(colour.r, colour.g, colour.b)
}

/// A colour for what can be of either sign, from -1 to 1: white in the middle.
pub fn colour_of_signed(share: f32) -> Color32 {
    let share = 0.5 + 0.5 * share.clamp(-1.0, 1.0);
    let colour = colorous::RED_BLUE.eval_continuous(1.0 - f64::from(share));
    Color32::from_rgb(colour.r, colour.g, colour.b)
}
