//! The tables behind the tagged kinds, as they stand in a file.
//!
//! Serde reads an internally tagged enum by setting the table aside first, and
//! so forgets where in the file it was. Reading a flat table of everything that
//! any kind has, and sorting it out afterwards, keeps the path of every error.

use serde::Deserialize;
use serde::de::Error as _;
use serde::de::value::Error;

use super::point::{Point, bare};
use super::{Shape, Water};

/// Any `[[water]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WaterTable {
    kind: WaterKind,
    min_m: Option<Point>,
    max_m: Option<Point>,
    velocity_m_s: Option<Point>,
    from_m: Option<Point>,
    to_m: Option<Point>,
    speed_m_s: Option<f64>,
    start_s: Option<f64>,
    stop_s: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WaterKind {
    Block,
    Emitter,
}

impl TryFrom<WaterTable> for Water {
    type Error = Error;

    fn try_from(table: WaterTable) -> Result<Self, Error> {
        let WaterTable {
            min_m, max_m, velocity_m_s, from_m, to_m, speed_m_s, start_s, stop_s, ..
        } = table;
        match table.kind {
            WaterKind::Block => {
                let keys = &["kind", "min_m", "max_m", "velocity_m_s"];
                absent("from_m", from_m.is_some(), keys)?;
                absent("to_m", to_m.is_some(), keys)?;
                absent("speed_m_s", speed_m_s.is_some(), keys)?;
                absent("start_s", start_s.is_some(), keys)?;
                absent("stop_s", stop_s.is_some(), keys)?;
                Ok(Self::Block {
                    min_m: present("min_m", min_m)?.0,
                    max_m: present("max_m", max_m)?.0,
                    velocity_m_s: velocity_m_s.map_or([0.0; 2], |point| point.0),
                })
            }
            WaterKind::Emitter => {
                let keys = &["kind", "from_m", "to_m", "speed_m_s", "start_s", "stop_s"];
                absent("min_m", min_m.is_some(), keys)?;
                absent("max_m", max_m.is_some(), keys)?;
                absent("velocity_m_s", velocity_m_s.is_some(), keys)?;
                Ok(Self::Emitter {
                    from_m: present("from_m", from_m)?.0,
                    to_m: present("to_m", to_m)?.0,
                    speed_m_s: present("speed_m_s", speed_m_s)?,
                    start_s: start_s.unwrap_or(0.0),
                    stop_s: stop_s.unwrap_or(Self::NEVER),
                })
            }
        }
    }
}

/// Any `shape` of a body.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShapeTable {
    kind: ShapeKind,
    half_extents_m: Option<Point>,
    radius_m: Option<f64>,
    points_m: Option<Vec<Point>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ShapeKind {
    Box,
    Ball,
    Polygon,
}

impl TryFrom<ShapeTable> for Shape {
    type Error = Error;

    fn try_from(table: ShapeTable) -> Result<Self, Error> {
        let ShapeTable { kind, half_extents_m, radius_m, points_m } = table;
        match kind {
            ShapeKind::Box => {
                let keys = &["kind", "half_extents_m"];
                absent("radius_m", radius_m.is_some(), keys)?;
                absent("points_m", points_m.is_some(), keys)?;
                Ok(Self::Box { half_extents_m: present("half_extents_m", half_extents_m)?.0 })
            }
            ShapeKind::Ball => {
                let keys = &["kind", "radius_m"];
                absent("half_extents_m", half_extents_m.is_some(), keys)?;
                absent("points_m", points_m.is_some(), keys)?;
                Ok(Self::Ball { radius_m: present("radius_m", radius_m)? })
            }
            ShapeKind::Polygon => {
                let keys = &["kind", "points_m"];
                absent("half_extents_m", half_extents_m.is_some(), keys)?;
                absent("radius_m", radius_m.is_some(), keys)?;
                Ok(Self::Polygon { points_m: bare(present("points_m", points_m)?) })
            }
        }
    }
}

fn present<T>(key: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| Error::missing_field(key))
}

fn absent(key: &'static str, given: bool, known: &'static [&'static str]) -> Result<(), Error> {
    if given { Err(Error::unknown_field(key, known)) } else { Ok(()) }
}
