//! Scenes that are refused, and what their authors are told.

use weir_scene::{Limits, Scene, SceneError};

/// A refused scene: what is wrong with it, its text, the key that the error
/// names and a part of its line.
struct Bad(&'static str, &'static str, &'static str, &'static str);

/// Stands before every snippet of [`IN_A_TANK`].
const TANK: &str = "
version = 1
[domain]
width_m = 1.5
height_m = 1.0
";

/// Additions to an empty tank.
const IN_A_TANK: &[Bad] = &[
    // Blocks
    Bad(
        "block past the right wall",
        "[[water]]\nkind = 'block'\nmin_m = [1.0, 0.0]\nmax_m = [1.6, 0.5]",
        "water[0].max_m[0]",
        "got 1.6, takes 0.0 to 1.5 m, inside the domain",
    ),
    Bad(
        "block below the floor",
        "[[water]]\nkind = 'block'\nmin_m = [1.0, -0.1]\nmax_m = [1.1, 0.5]",
        "water[0].min_m[1]",
        "got -0.1",
    ),
    Bad(
        "block with its corners swapped",
        "[[water]]\nkind = 'block'\nmin_m = [0.5, 0.0]\nmax_m = [0.1, 0.5]",
        "water[0].max_m[0]",
        "takes a number above min_m[0] = 0.5",
    ),
    Bad(
        "block thinner than a particle",
        "[[water]]\nkind = 'block'\nmin_m = [0.5, 0.0]\nmax_m = [0.6, 0.005]",
        "water[0].max_m[1]",
        "at least a particle spacing, 0.0078125 m",
    ),
    Bad(
        "block of not-a-number",
        "[[water]]\nkind = 'block'\nmin_m = [nan, 0.0]\nmax_m = [0.6, 0.5]",
        "water[0].min_m[0]",
        "got NaN",
    ),
    Bad(
        "block at infinity",
        "[[water]]\nkind = 'block'\nmin_m = [0.0, 0.0]\nmax_m = [inf, 0.5]",
        "water[0].max_m[0]",
        "got inf",
    ),
    Bad(
        "block faster than anything here",
        "[[water]]\nkind = 'block'\nmin_m = [0, 0]\nmax_m = [0.5, 0.5]\nvelocity_m_s = [0, -2e9]",
        "water[0].velocity_m_s[1]",
        "got -2000000000.0, takes -100.0 to 100.0 m/s",
    ),
    Bad(
        "two blocks in one place",
        "[[water]]\nkind = 'block'\nmin_m = [0, 0]\nmax_m = [0.5, 0.5]\n\
         [[water]]\nkind = 'block'\nmin_m = [0.4, 0.4]\nmax_m = [0.6, 0.6]",
        "water[1]",
        "overlaps water[0]",
    ),
    Bad(
        "block without a corner",
        "[[water]]\nkind = 'block'\nmin_m = [0, 0]",
        "water[0].max_m",
        "got nothing",
    ),
    Bad(
        "block with an emitter's key",
        "[[water]]\nkind = 'block'\nmin_m = [0, 0]\nmax_m = [0.5, 0.5]\nspeed_m_s = 1.0",
        "water[0].speed_m_s",
        "an unknown key, takes kind, min_m, max_m or velocity_m_s",
    ),
    Bad(
        "water of an unknown kind",
        "[[water]]\nkind = 'blok'\nmin_m = [0, 0]\nmax_m = [0.5, 0.5]",
        "water[0].kind",
        "got \"blok\", takes \"block\" or \"emitter\"; did you mean \"block\"?",
    ),
    Bad("water of no kind", "[[water]]\nmin_m = [0, 0]", "water[0].kind", "got nothing"),
    Bad(
        "corner of three numbers",
        "[[water]]\nkind = 'block'\nmin_m = [0, 0, 0]\nmax_m = [0.5, 0.5]",
        "water[0].min_m",
        "got a list of 3, takes two numbers, [x, y]",
    ),
    Bad(
        "number in words",
        "[[water]]\nkind = 'block'\nmin_m = [0, 'low']\nmax_m = [0.5, 0.5]",
        "water[0].min_m[1]",
        "got string \"low\", takes a number",
    ),
    // Emitters and drains
    Bad(
        "emitter of no length",
        "[[water]]\nkind = 'emitter'\nfrom_m = [0.1, 0.5]\nto_m = [0.1, 0.5]\nspeed_m_s = 1",
        "water[0].to_m",
        "got a point 0.0 m from from_m",
    ),
    Bad(
        "emitter outside",
        "[[water]]\nkind = 'emitter'\nfrom_m = [0.1, 0.5]\nto_m = [0.1, 1.5]\nspeed_m_s = 1",
        "water[0].to_m[1]",
        "takes 0.0 to 1.0 m",
    ),
    Bad(
        "emitter that sucks",
        "[[water]]\nkind = 'emitter'\nfrom_m = [0.1, 0.5]\nto_m = [0.1, 0.6]\nspeed_m_s = -1",
        "water[0].speed_m_s",
        "a number above 0",
    ),
    Bad(
        "emitter that stops before it starts",
        "[[water]]\nkind = 'emitter'\nfrom_m = [0.1, 0.5]\nto_m = [0.1, 0.6]\nspeed_m_s = 1\n\
         start_s = 2\nstop_s = 1",
        "water[0].stop_s",
        "a number above start_s = 2.0",
    ),
    Bad(
        "emitter that stops at infinity",
        "[[water]]\nkind = 'emitter'\nfrom_m = [0.1, 0.5]\nto_m = [0.1, 0.6]\nspeed_m_s = 1\n\
         stop_s = inf",
        "water[0].stop_s",
        "left out, the emitter never stops",
    ),
    Bad(
        "emitter before time zero",
        "[[water]]\nkind = 'emitter'\nfrom_m = [0.1, 0.5]\nto_m = [0.1, 0.6]\nspeed_m_s = 1\n\
         start_s = -1",
        "water[0].start_s",
        "got -1.0",
    ),
    Bad(
        "empty drain",
        "[[drain]]\nmin_m = [0.1, 0.1]\nmax_m = [0.1, 0.2]",
        "drain[0].max_m[0]",
        "takes a number above min_m[0]",
    ),
    Bad(
        "drain outside",
        "[[drain]]\nmin_m = [0.1, 0.1]\nmax_m = [0.2, 2.0]",
        "drain[0].max_m[1]",
        "got 2.0",
    ),
    // Strokes
    Bad(
        "stroke of one point",
        "[[stroke]]\npoints_m = [[0.1, 0.1]]",
        "stroke[0].points_m",
        "got a list of 1, takes 2 or more points for a line",
    ),
    Bad(
        "stroke of no points",
        "[[stroke]]\npoints_m = []",
        "stroke[0].points_m",
        "got a list of 0",
    ),
    Bad(
        "stroke that is a dot",
        "[[stroke]]\npoints_m = [[0.1, 0.1], [0.1, 0.1], [0.1, 0.1]]",
        "stroke[0].points_m",
        "3 times the same point",
    ),
    Bad(
        "loop of two points",
        "[[stroke]]\npoints_m = [[0.1, 0.1], [0.2, 0.1]]\nclosed = true",
        "stroke[0].points_m",
        "takes 3 or more points for a closed line",
    ),
    Bad(
        "stroke outside",
        "[[stroke]]\npoints_m = [[0.1, 0.1], [0.2, 0.1]]\n\
         [[stroke]]\npoints_m = [[0.1, 0.1], [0.2, -0.001]]",
        "stroke[1].points_m[1][1]",
        "got -0.001",
    ),
    Bad(
        "negative thickness",
        "[[stroke]]\npoints_m = [[0.1, 0.1], [0.2, 0.1]]\nthickness_m = -0.01",
        "stroke[0].thickness_m",
        "got -0.01, takes 0.0 to 1.0 m",
    ),
    Bad(
        "mistyped key of a stroke",
        "[[stroke]]\npoints_m = [[0.1, 0.1], [0.2, 0.1]]\nthicknes_m = 0.01",
        "stroke[0].thicknes_m",
        "points_m, thickness_m or closed; did you mean thickness_m?",
    ),
    Bad(
        "key without its unit",
        "[[stroke]]\npoints = [[0.1, 0.1], [0.2, 0.1]]",
        "stroke[0].points",
        "did you mean points_m?",
    ),
    Bad(
        "list of bare numbers",
        "[[stroke]]\npoints_m = [0.1, 0.1]",
        "stroke[0].points_m[0]",
        "got floating point 0.1, takes two numbers",
    ),
    Bad(
        "yes for true",
        "[[stroke]]\npoints_m = [[0.1, 0.1], [0.2, 0.1]]\nclosed = 'yes'",
        "stroke[0].closed",
        "takes true or false",
    ),
    Bad("table for a list of tables", "[stroke]\npoints_m = []", "stroke", "takes a list"),
    // Bodies
    Bad(
        "weightless body",
        "[[body]]\nshape = { kind = 'ball', radius_m = 0.1 }\nposition_m = [0.5, 0.5]\n\
         density_kg_m3 = 0",
        "body[0].density_kg_m3",
        "got 0.0, takes 1.0 to 25000.0 kg/m³",
    ),
    Bad(
        "ball of negative radius",
        "[[body]]\nshape = { kind = 'ball', radius_m = -0.1 }\nposition_m = [0.5, 0.5]",
        "body[0].shape.radius_m",
        "a number above 0",
    ),
    Bad(
        "flat box",
        "[[body]]\nshape = { kind = 'box', half_extents_m = [0.1, 0] }\nposition_m = [0.5, 0.5]",
        "body[0].shape.half_extents_m[1]",
        "got 0.0",
    ),
    Bad(
        "box with a ball's key",
        "[[body]]\nshape = { kind = 'box', radius_m = 0.1 }\nposition_m = [0.5, 0.5]",
        "body[0].shape.radius_m",
        "an unknown key, takes kind or half_extents_m",
    ),
    Bad(
        "body half in the wall",
        "[[body]]\nshape = { kind = 'ball', radius_m = 0.1 }\nposition_m = [0.05, 0.5]",
        "body[0].position_m[0]",
        "where the body reaches from -0.05",
    ),
    Bad(
        "box turned into the wall",
        "[[body]]\nshape = { kind = 'box', half_extents_m = [0.4, 0.01] }\n\
         position_m = [0.5, 0.2]\nangle_rad = 1.5",
        "body[0].position_m[1]",
        "all of it is inside the domain",
    ),
    Bad(
        "polygon of two points",
        "[[body]]\nshape = { kind = 'polygon', points_m = [[0, 0], [0.1, 0]] }\n\
         position_m = [0.5, 0.5]",
        "body[0].shape.points_m",
        "got a list of 2, takes 3 or more points",
    ),
    Bad(
        "polygon that crosses itself",
        "[[body]]\n\
         shape = { kind = 'polygon', points_m = [[0, 0], [0.2, 0.1], [0.2, 0], [0, 0.2]] }\n\
         position_m = [0.5, 0.5]",
        "body[0].shape.points_m",
        "sides that touch",
    ),
    Bad(
        "polygon of no area",
        "[[body]]\nshape = { kind = 'polygon', points_m = [[0, 0], [0.1, 0.1], [0.2, 0.2]] }\n\
         position_m = [0.5, 0.5]",
        "body[0].shape.points_m",
        "no area",
    ),
    Bad(
        "polygon that repeats its first point",
        "[[body]]\n\
         shape = { kind = 'polygon', points_m = [[0, 0], [0.1, 0], [0, 0.1], [0, 0]] }\n\
         position_m = [0.5, 0.5]",
        "body[0].shape.points_m[3]",
        "not repeated at the end",
    ),
    Bad(
        "polygon with a whisker",
        "[[body]]\n\
         shape = { kind = 'polygon', points_m = [[0, 0], [0.1, 0], [0.2, 0], [0.1, 0], [0, 0.1]] }\n\
         position_m = [0.5, 0.5]",
        "body[0].shape.points_m",
        "sides that touch",
    ),
    Bad(
        "body without a shape",
        "[[body]]\nposition_m = [0.5, 0.5]",
        "body[0].shape",
        "got nothing, takes a value",
    ),
    Bad(
        "motion that is none",
        "[[body]]\nshape = { kind = 'ball', radius_m = 0.1 }\nposition_m = [0.5, 0.5]\n\
         motion = 'static'",
        "body[0].motion",
        "\"dynamic\" or \"kinematic\"",
    ),
    Bad(
        "spin beyond limits",
        "[[body]]\nshape = { kind = 'ball', radius_m = 0.1 }\nposition_m = [0.5, 0.5]\n\
         angular_velocity_rad_s = 1e30",
        "body[0].angular_velocity_rad_s",
        "got 1e30",
    ),
    // Joints
    Bad(
        "joint of no body",
        "[[joint]]\nkind = 'pin'\nbody = 0\nat_m = [0.5, 0.5]",
        "joint[0].body",
        "the scene has none",
    ),
    Bad(
        "joint to itself",
        "[[body]]\nshape = { kind = 'ball', radius_m = 0.1 }\nposition_m = [0.5, 0.5]\n\
         [[joint]]\nkind = 'pin'\nbody = 0\nother = 0\nat_m = [0.5, 0.5]",
        "joint[0].other",
        "another body, or nothing for the world",
    ),
    Bad(
        "joint of a negative body",
        "[[joint]]\nkind = 'pin'\nbody = -1\nat_m = [0.5, 0.5]",
        "joint[0].body",
        "got integer -1, takes a whole number",
    ),
    Bad(
        "joint of an unknown kind",
        "[[joint]]\nkind = 'hinge'\nbody = 0\nat_m = [0.5, 0.5]",
        "joint[0].kind",
        "got \"hinge\", takes \"pin\" or \"weld\"",
    ),
];

/// Whole files.
const WHOLE: &[Bad] = &[
    Bad("empty file", "", "version", "got nothing"),
    Bad(
        "version of the future",
        "version = 2\nnovelty = true",
        "version",
        "got 2, takes 1, the one known version",
    ),
    Bad("version in words", "version = 'one'", "version", "takes a whole number"),
    Bad("no domain", "version = 1", "domain", "got nothing"),
    Bad("not TOML", "version = 1\nname = \"open", "line 2, column 13", "a syntax error"),
    Bad("a key twice", "version = 1\nversion = 1", "line 2, column 1", "duplicate key"),
    Bad(
        "unknown key at the top",
        "version = 1\ngravity = [0, -9.81]\n[domain]\nwidth_m = 1\nheight_m = 1",
        "gravity",
        "did you mean gravity_m_s2?",
    ),
    Bad(
        "unknown key in the domain",
        "version = 1\n[domain]\nwidth = 1\nheight_m = 1",
        "domain.width",
        "did you mean width_m?",
    ),
    Bad(
        "gravity beyond limits",
        "version = 1\ngravity_m_s2 = [0, 1e6]\n[domain]\nwidth_m = 1\nheight_m = 1",
        "gravity_m_s2[1]",
        "-1000.0 to 1000.0 m/s²",
    ),
    Bad(
        "time that does not pass",
        "version = 1\nduration_s = 0\n[domain]\nwidth_m = 1\nheight_m = 1",
        "duration_s",
        "a number above 0",
    ),
    Bad(
        "negative viscosity",
        "version = 1\nviscosity_m2_s = -1e-6\n[domain]\nwidth_m = 1\nheight_m = 1",
        "viscosity_m2_s",
        "got -1e-6, takes 0.0 to 10.0 m²/s",
    ),
    Bad(
        "name of two lines",
        "version = 1\nname = \"a\\nb\"\n[domain]\nwidth_m = 1\nheight_m = 1",
        "name",
        "one line",
    ),
    Bad(
        "negative width",
        "version = 1\n[domain]\nwidth_m = -1\nheight_m = 1",
        "domain.width_m",
        "got -1.0, takes a number above 0",
    ),
    Bad(
        "no cells",
        "version = 1\n[domain]\nwidth_m = 1\nheight_m = 1\ncell_m = 0",
        "domain.cell_m",
        "got 0.0",
    ),
    Bad(
        "width that is not whole cells",
        "version = 1\n[domain]\nwidth_m = 1.49\nheight_m = 1",
        "domain.width_m",
        "takes a whole multiple of cell_m = 0.015625; the nearest: 1.484375 or 1.5",
    ),
    Bad(
        "cell larger than the domain",
        "version = 1\n[domain]\nwidth_m = 1\nheight_m = 1\ncell_m = 4",
        "domain.width_m",
        "the nearest: 4.0",
    ),
    Bad(
        "too many cells",
        "version = 1\n[domain]\nwidth_m = 8\nheight_m = 8\ncell_m = 0.001",
        "domain.cell_m",
        "8000 × 8000 cells",
    ),
    Bad(
        "too many cells in a row",
        "version = 1\n[domain]\nwidth_m = 8\nheight_m = 8\ncell_m = 1e-9",
        "domain.width_m",
        "at most 8192 cells",
    ),
    Bad(
        "more water than fits in memory",
        "version = 1\n[domain]\nwidth_m = 1\nheight_m = 1\ncell_m = 0.001\n\
         [[water]]\nkind = 'block'\nmin_m = [0, 0]\nmax_m = [1, 1]",
        "water",
        "about 4000000 particles",
    ),
    Bad(
        "walls of an unknown kind",
        "version = 1\n[domain]\nwidth_m = 1\nheight_m = 1\nwalls = 'noslip'",
        "domain.walls",
        "did you mean \"no-slip\"?",
    ),
    Bad(
        "lid over slip walls",
        "version = 1\n[domain]\nwidth_m = 1\nheight_m = 1\nlid_speed_m_s = 1",
        "domain.lid_speed_m_s",
        "walls = \"no-slip\"",
    ),
    Bad(
        "body in a periodic domain",
        "version = 1\n[domain]\nwidth_m = 1\nheight_m = 1\nperiodic_x = true\n[[body]]\n\
         shape = { kind = 'ball', radius_m = 0.1 }\nposition_m = [0.5, 0.5]",
        "domain.periodic_x",
        "false where there are bodies",
    ),
    Bad(
        "thick stroke over the seam",
        "version = 1\n[domain]\nwidth_m = 1\nheight_m = 1\nperiodic_x = true\n[[stroke]]\n\
         thickness_m = 0.1\npoints_m = [[0.5, 0.5], [0.98, 0.5]]",
        "stroke[0].points_m[1][0]",
        "seam of a periodic domain",
    ),
    Bad(
        "stroke along the seam",
        "version = 1\n[domain]\nwidth_m = 1\nheight_m = 1\nperiodic_x = true\n[[stroke]]\n\
         points_m = [[0.0, 0.2], [0.0, 0.8]]",
        "stroke[0].points_m",
        "a line along the seam",
    ),
];

/// Whole files in JSON.
const JSON: &[Bad] = &[
    Bad(
        "a key of no letters",
        r#"{ "version": 1, "": 1, "domain": { "width_m": 1, "height_m": 1 } }"#,
        "\"\"",
        "an unknown key, takes version",
    ),
    Bad("empty file", "", "line 1, column 0", "a syntax error (EOF"),
    Bad("not JSON", "{\"version\": 1,}", "line 1, column 15", "trailing comma"),
    Bad("text after the end", "{\"version\": 1} x", "domain", "got nothing"),
    Bad("a list", "[1, 2]", "the whole text", "got a list, takes a table of keys"),
    Bad("null", "null", "the whole text", "got null, takes a table of keys"),
    Bad("a key twice", "{\"version\": 1, \"version\": 1}", "version", "got the key twice"),
    Bad(
        "unknown key in a shape",
        "{\"version\": 1, \"domain\": {\"width_m\": 1, \"height_m\": 1}, \"body\": [\
         {\"shape\": {\"kind\": \"ball\", \"radius\": 1}, \"position_m\": [0.5, 0.5]}]}",
        "body[0].shape.radius",
        "did you mean radius_m?",
    ),
    Bad(
        "null for a number",
        "{\"version\": 1, \"domain\": {\"width_m\": null, \"height_m\": 1}}",
        "domain.width_m",
        "got null, takes a number",
    ),
    Bad(
        "point of one number",
        "{\"version\": 1, \"domain\": {\"width_m\": 1, \"height_m\": 1}, \"stroke\": [\
         {\"points_m\": [[0.5]]}]}",
        "stroke[0].points_m[0]",
        "got a list of 1, takes two numbers",
    ),
    Bad(
        "nesting without end",
        "{\"version\": 1, \"domain\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
        "domain",
        "got a list, takes a table of keys",
    ),
    Bad(
        "values without their keys",
        "{\"version\": 1, \"domain\": {\"width_m\": 1, \"height_m\": 1}, \"drain\": [\
         [[0, 0], [1, 1]]]}",
        "drain[0]",
        "got a list, takes a table of keys",
    ),
    Bad(
        "number beyond double precision",
        "{\"version\": 1, \"duration_s\": 1e999}",
        "line 1, column 34",
        "number out of range",
    ),
];

#[test]
fn every_bad_scene_is_told_its_key_and_its_cure() {
    let snippets = IN_A_TANK.iter().map(|bad| (bad, Scene::from_toml(&format!("{TANK}{}", bad.1))));
    let whole = WHOLE.iter().map(|bad| (bad, Scene::from_toml(bad.1)));
    let json = JSON.iter().map(|bad| (bad, Scene::from_json(bad.1)));
    let mut wrong = Vec::new();
    for (Bad(name, _, key, says), result) in snippets.chain(whole).chain(json) {
        match result {
            Ok(_) => wrong.push(format!("{name}: accepted")),
            Err(error) => {
                let line = error.to_string();
                if error.key != *key || !line.contains(says) || line.lines().count() != 1 {
                    wrong.push(format!("{name}: wanted {key} … {says}\n    told  {line}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_tank_itself_is_fine() {
    assert_eq!(Scene::from_toml(TANK).map(|scene| scene.version), Ok(1));
}

fn refusal(result: Result<Scene, SceneError>) -> SceneError {
    result.expect_err("a scene beyond its limits was accepted")
}

#[test]
fn ten_thousand_strokes_are_too_many() {
    let stroke = "[[stroke]]\npoints_m = [[0.1, 0.1], [0.2, 0.2]]\n";
    let error = refusal(Scene::from_toml(&format!("{TANK}{}", stroke.repeat(10_000))));
    assert_eq!(error.to_string(), "stroke: got a list of 10000, takes at most 2000");
}

#[test]
fn a_million_points_are_too_many() {
    let points = "[0,0],".repeat(1_000_000);
    let toml = format!("{TANK}[[stroke]]\npoints_m = [{points}]");
    let error = refusal(Scene::from_toml(&toml));
    assert_eq!(error.takes, "a scene of at most 100000 points in all strokes");

    let json = format!(
        "{{\"version\": 1, \"domain\": {{\"width_m\": 1, \"height_m\": 1}}, \
         \"stroke\": [{{\"points_m\": [{points}[0,0]]}}]}}"
    );
    let error = refusal(Scene::from_json(&json));
    assert_eq!(error.to_string(), "stroke[0].points_m: got a list of 1000001, takes at most 10000");

    let many_strokes = format!("{TANK}{}", "[[stroke]]\npoints_m = [[0,0],[1,1]]\n".repeat(60_000));
    let limits = Limits { strokes: usize::MAX, ..Limits::default() };
    let error = refusal(Scene::from_toml_within(&many_strokes, &limits));
    assert_eq!(error.to_string(), "stroke: got 120000 points in all strokes, takes at most 100000");
}

#[test]
fn one_stroke_has_its_own_limit() {
    let points = "[0.5, 0.5],".repeat(10_001);
    let error = refusal(Scene::from_toml(&format!("{TANK}[[stroke]]\npoints_m = [{points}]")));
    assert_eq!(error.to_string(), "stroke[0].points_m: got a list of 10001, takes at most 10000");
}

#[test]
fn a_text_beyond_its_limit_is_not_even_parsed() {
    let text = " ".repeat(Limits::default().text_bytes + 1);
    let error = refusal(Scene::from_toml(&text));
    assert_eq!(error.to_string(), "text: got 8388609 bytes, takes at most 8388608 bytes");
}

#[test]
fn a_file_name_chooses_the_format() {
    assert!(Scene::parse("tank.TOML", TANK).is_ok());
    assert_eq!(refusal(Scene::parse("tank.json", TANK)).takes, "JSON");
    assert_eq!(refusal(Scene::parse("tank.yaml", TANK)).key, "file name");
    assert_eq!(refusal(Scene::parse("tank", TANK)).key, "file name");
}
