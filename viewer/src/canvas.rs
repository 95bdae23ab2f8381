//! The water with what is drawn around it, and the hand that draws.

use std::collections::HashMap;

use eframe::egui::{self, Align2, Color32, FontId, Pos2, Rect, Sense, Shape, Stroke, pos2, vec2};
use weir_scene::{Domain, Frame, Water};

use crate::app::{App, Layout};
use crate::lens::Lens;
use crate::tool::{self, Gesture, Tool};
use crate::water::{Picture, Theme, colour_of};
use crate::worker::Order;

/// Reach of the eraser, points.
const ERASER: f32 = 8.0;
/// Width of lines, points.
const LINE: f32 = 2.5;
/// Colours of cells that are wet in the first water only, and in the second only.
const ONLY: [Color32; 2] =
    [Color32::from_rgb(0xc2, 0x56, 0x2f), Color32::from_rgb(0x55, 0x55, 0x66)];

/// All engines that are shown, as the layout has them.
pub fn show(app: &mut App, ui: &mut egui::Ui) {
    let room = ui.available_rect_before_wrap();
    let count = app.shown.len();
    if count == 0 {
        ui.centered_and_justified(|ui| ui.label("Choose what moves the water, on the bar above."));
        return;
    }
    let beside = app.layout == Layout::Beside || count < 2;
    let rooms = if beside { split(room, count) } else { vec![room] };
    let domain = app.document.scene().domain.clone();
    for (k, room) in rooms.iter().enumerate() {
        let words = 20.0;
        let room = Rect::from_min_max(room.min, room.max - vec2(0.0, words)).shrink(4.0);
        let lens = Lens::fit(&domain, room);
        let id = ui.scope_id().with(("canvas", k));
        let response = ui.interact(lens.rect, id, Sense::click_and_drag());
        let name = format!("Canvas {}", app.shown[k].worker.name());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
        let painter = ui.painter_at(room.expand(4.0));
        if beside {
            water(app, ui, &painter, &lens, k, 0.0..=1.0);
        } else if app.layout == Layout::Split {
            water(app, ui, &painter, &lens, 0, 0.0..=app.divider);
            water(app, ui, &painter, &lens, 1, app.divider..=1.0);
        } else {
            water(app, ui, &painter, &lens, 0, 0.0..=1.0);
            difference(app, &painter, &lens);
        }
        overlay(app, ui, &painter, &lens);
        drawn(app, ui, &painter, &lens, k);
        caption(
            app,
            &painter,
            &lens,
            ui.visuals().text_color(),
            if beside { Some(k) } else { None },
        );
        if app.layout == Layout::Split && !beside {
            divider(app, ui, &lens);
        }
        hand(app, ui, &response, &lens);
    }
    ui.advance_cursor_after_rect(room);
}

/// Rooms of the same size next to each other, or above each other where that is larger.
fn split(room: Rect, count: usize) -> Vec<Rect> {
    let is_wide = room.width() > 1.2 * room.height();
    (0..count)
        .map(|k| {
            let [from, to] = [k, k + 1].map(|n| n as f32 / count as f32);
            let at = |share: f32| {
                if is_wide {
                    pos2(room.left() + share * room.width(), room.top())
                } else {
                    pos2(room.left(), room.top() + share * room.height())
                }
            };
            let end = if is_wide { vec2(0.0, room.height()) } else { vec2(room.width(), 0.0) };
            Rect::from_min_max(at(from), at(to) + end)
        })
        .collect()
}

fn water(
    app: &App,
    ui: &egui::Ui,
    painter: &egui::Painter,
    lens: &Lens,
    k: usize,
    seen: std::ops::RangeInclusive<f32>,
) {
    let Some(shown) = app.shown.get(k) else { return };
    let theme = *App::theme(ui.ctx());
    if !app.has_painter() {
        painter.rect_filled(lens.rect, 4.0, theme.paper);
        return;
    }
    let domain = app.document.scene().domain.clone();
    let frame = shown.latest.frame.clone();
    Picture { number: k, frame, domain, style: app.style, theme, seen }.paint(painter, lens.rect);
}

/// Cells that are wet in one of two frames only, with which it is: 0 or 1.
pub fn wet_in_one(domain: &Domain, one: &Frame, other: &Frame) -> Vec<([usize; 2], usize)> {
    let grid = domain.grid();
    let count = |frame: &Frame| {
        let mut counts = vec![0_u32; grid.nx * grid.ny];
        for p in &frame.positions_m {
            let cell = [0, 1].map(|k| (f64::from(p[k]) / grid.cell_m).max(0.0) as usize);
            counts[grid.cell(cell[0].min(grid.nx - 1), cell[1].min(grid.ny - 1))] += 1;
        }
        counts
    };
    // Half of what fits is a surface.
    let wet = |count: u32| count >= 2;
    let (a, b) = (count(one), count(other));
    let cells = (0..grid.nx * grid.ny).filter(|&cell| wet(a[cell]) != wet(b[cell]));
    cells.map(|cell| ([cell % grid.nx, cell / grid.nx], usize::from(wet(b[cell])))).collect()
}

fn difference(app: &App, painter: &egui::Painter, lens: &Lens) {
    let [one, other] = [0, 1].map(|k| &app.shown[k].latest.frame);
    let domain = &app.document.scene().domain;
    let side = domain.cell_m as f32 * lens.points_per_m;
    for ([i, j], which) in wet_in_one(domain, one, other) {
        let corner = lens.to_screen([i as f64 * domain.cell_m, (j + 1) as f64 * domain.cell_m]);
        let cell = Rect::from_min_size(corner, vec2(side, side));
        painter.rect_filled(cell, 0.0, ONLY[which].gamma_multiply(0.55));
    }
}

/// A map of the network over the water.
fn overlay(app: &App, ui: &egui::Ui, painter: &egui::Painter, lens: &Lens) {
    let Some((map, cells)) = app.insides.chosen(app) else { return };
    let texture = app.insides.texture_of(ui.ctx(), &map);
    let domain = &app.document.scene().domain;
    // A map is as large as the canvas, which may be a little larger than the rectangle.
    let [width, height] = [map.width, map.height].map(|n| (n * cells) as f64 * domain.cell_m);
    let corners = [lens.to_screen([0.0, height]), lens.to_screen([width, 0.0])];
    let all = Rect::from_min_max(corners[0], corners[1]);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    let tint = Color32::from_white_alpha((255.0 * app.insides.opacity) as u8);
    painter.with_clip_rect(lens.rect).image(texture.id(), all, whole, tint);
}

/// Lines, bodies, emitters and drains.
fn drawn(app: &App, ui: &egui::Ui, painter: &egui::Painter, lens: &Lens, k: usize) {
    let theme = App::theme(ui.ctx());
    let scene = app.document.scene();
    let saliency = saliency(app, k);
    let screen = |p: &[f64; 2]| lens.to_screen(*p);
    painter.rect_stroke(lens.rect, 2.0, Stroke::new(1.0, theme.ink), egui::StrokeKind::Outside);
    for (stroke, name) in scene.strokes.iter().zip(app.document.names()) {
        let mut points: Vec<Pos2> = stroke.points_m.iter().map(screen).collect();
        if stroke.closed {
            points.extend(points.first().copied());
        }
        let wide = (stroke.thickness_m as f32 * lens.points_per_m).max(LINE);
        let colour = saliency.get(name).map_or(theme.ink, |share| colour_of(*share));
        let wide = if saliency.contains_key(name) { wide + 2.0 } else { wide };
        painter.add(Shape::line(points, Stroke::new(wide, colour)));
    }
    let poses = app.shown.get(k).map(|shown| &shown.latest.frame.body_poses[..]).unwrap_or(&[]);
    for (k, body) in scene.bodies.iter().enumerate() {
        let mut moved = body.clone();
        if let Some(pose) = poses.get(k) {
            moved.position_m = pose.position_m.map(f64::from);
            moved.angle_rad = f64::from(pose.angle_rad);
        }
        let points = moved.outline_m().iter().map(screen).collect();
        let edge = Stroke::new(1.5, theme.ink);
        painter.add(Shape::convex_polygon(points, theme.body, edge));
    }
    for drain in &scene.drains {
        let corners =
            [screen(&[drain.min_m[0], drain.max_m[1]]), screen(&[drain.max_m[0], drain.min_m[1]])];
        let rect = Rect::from_min_max(corners[0], corners[1]);
        painter.rect_stroke(rect, 0.0, Stroke::new(1.5, theme.accent), egui::StrokeKind::Middle);
        let font = FontId::proportional(11.0);
        painter.text(rect.center(), Align2::CENTER_CENTER, "drain", font, theme.accent);
    }
    for water in &scene.water {
        match water {
            Water::Emitter { from_m, to_m, .. } => {
                let (a, b) = (screen(from_m), screen(to_m));
                painter.line_segment([a, b], Stroke::new(4.0, theme.deep));
                let along = (b - a).normalized();
                // Up is down on the screen: what is to the right stays so.
                let out = vec2(-along.y, along.x);
                painter.arrow(a + 0.5 * (b - a), 14.0 * out, Stroke::new(2.0, theme.deep));
            }
            Water::Block { min_m, max_m, .. } if app.clock.now_s() == 0.0 => {
                let corners = [screen(&[min_m[0], max_m[1]]), screen(&[max_m[0], min_m[1]])];
                let rect = Rect::from_min_max(corners[0], corners[1]);
                let edge = Stroke::new(1.0, theme.deep);
                painter.rect_stroke(rect, 0.0, edge, egui::StrokeKind::Inside);
            }
            Water::Block { .. } => {}
        }
    }
    if let Some(gesture) = &app.gesture {
        under_way(app.tool, gesture, painter, lens, theme);
    }
}

/// How much each line matters, from 0 to 1, if somebody has asked.
fn saliency(app: &App, k: usize) -> HashMap<u64, f32> {
    let asked = app.shown.get(k).and_then(|shown| shown.latest.saliency.clone());
    let Some(all) = asked.filter(|_| app.insides.shows_saliency) else { return HashMap::new() };
    let most = all.iter().map(|(_, m_s)| *m_s).fold(f64::MIN_POSITIVE, f64::max);
    all.iter().map(|(name, m_s)| (*name, (m_s / most) as f32)).collect()
}

/// What would be left if the button were let go of now.
fn under_way(tool: Tool, gesture: &Gesture, painter: &egui::Painter, lens: &Lens, theme: &Theme) {
    let points: Vec<Pos2> = gesture.path_m.iter().map(|p| lens.to_screen(*p)).collect();
    let (Some(&a), Some(&b)) = (points.first(), points.last()) else { return };
    let stroke = Stroke::new(LINE, theme.accent);
    match tool {
        Tool::Pen => drop(painter.add(Shape::line(points, stroke))),
        Tool::Emitter => drop(painter.line_segment([a, b], stroke)),
        Tool::Ball => drop(painter.circle_stroke(a, a.distance(b), stroke)),
        Tool::Block | Tool::Drain | Tool::Box => {
            let rect = Rect::from_two_pos(a, b);
            painter.rect_stroke(rect, 0.0, stroke, egui::StrokeKind::Middle);
        }
        Tool::Eraser | Tool::Probe => {}
    }
}

fn caption(app: &App, painter: &egui::Painter, lens: &Lens, colour: Color32, own: Option<usize>) {
    let name = |k: usize| app.shown.get(k).map_or("", |shown| shown.worker.name());
    let words = match (own, app.layout) {
        (Some(k), _) => name(k).to_owned(),
        (None, Layout::Difference) => {
            let [one, other] = [0, 1].map(|k| &app.shown[k].latest.frame);
            let cells = wet_in_one(&app.document.scene().domain, one, other).len();
            let names = [name(0), name(1)];
            format!("{}; {cells} cells are wet in it or in {} only", names[0], names[1])
        }
        (None, _) => format!("{}  |  {}", name(0), name(1)),
    };
    let at = lens.rect.center_bottom() + vec2(0.0, 4.0);
    painter.text(at, Align2::CENTER_TOP, words, FontId::proportional(13.0), colour);
}

/// What is left of it is the first water, what is right the second.
fn divider(app: &mut App, ui: &egui::Ui, lens: &Lens) {
    let x = lens.rect.left() + app.divider * lens.rect.width();
    let grip =
        Rect::from_center_size(pos2(x, lens.rect.center().y), vec2(12.0, lens.rect.height()));
    let id = ui.scope_id().with("divider");
    let response = ui.interact(grip, id, Sense::drag());
    response.widget_info(|| {
        egui::WidgetInfo::slider(true, f64::from(app.divider), "Divider between both waters")
    });
    if let Some(p) = response.interact_pointer_pos() {
        app.divider = ((p.x - lens.rect.left()) / lens.rect.width()).clamp(0.0, 1.0);
    }
    let colour = App::theme(ui.ctx()).accent;
    let line = [pos2(x, lens.rect.top()), pos2(x, lens.rect.bottom())];
    ui.painter().line_segment(line, Stroke::new(2.0, colour));
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeHorizontal);
    }
}

/// The mouse or pen.
fn hand(app: &mut App, ui: &egui::Ui, response: &egui::Response, lens: &Lens) {
    let domain = app.document.scene().domain.clone();
    let cursor = match app.tool {
        Tool::Eraser => egui::CursorIcon::Cell,
        Tool::Probe => egui::CursorIcon::Help,
        _ => egui::CursorIcon::Crosshair,
    };
    let response = response.clone().on_hover_cursor(cursor);
    let Some(p) = response.interact_pointer_pos() else {
        finish(app, &response);
        return;
    };
    let place = lens.to_inside(&domain, p);
    match app.tool {
        Tool::Eraser if response.is_pointer_button_down_on() => {
            let reach_m = f64::from(ERASER / lens.points_per_m);
            let wiped = tool::wipe(&mut app.document, place, reach_m);
            app.take(wiped);
        }
        Tool::Probe if response.clicked() => {
            let cell = place.map(|c| (c / domain.cell_m) as usize);
            app.insides.probe(cell);
            app.shown.iter().for_each(|shown| shown.worker.order(Order::Field(cell)));
            ui.ctx().request_repaint();
        }
        Tool::Eraser | Tool::Probe => {}
        _ => {
            if response.drag_started() {
                // The drag began a little before it was known to be one.
                let origin = ui.input(|input| input.pointer.press_origin()).unwrap_or(p);
                let mut gesture = Gesture::default();
                gesture.extend(lens.to_inside(&domain, origin));
                app.gesture = Some(gesture);
            }
            if let Some(gesture) = &mut app.gesture {
                gesture.extend(place);
            }
            finish(app, &response);
        }
    }
}

/// Leaves what was drawn once the button is let go of.
fn finish(app: &mut App, response: &egui::Response) {
    if !response.drag_stopped() {
        return;
    }
    let Some(gesture) = app.gesture.take() else { return };
    let change = gesture.finish(app.tool, &mut app.document);
    app.take(change);
}
