use std::fs;

use super::*;

/// A folder with little in it, all right.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    put(&folder, "profile.toml", PROFILE);
    put(&folder, "resume.toml", "summary = \"Some years.\"\n");
    put(&folder, "posts/a.md", POST);
    folder
}

const PROFILE: &str =
    "name = \"A\"\ntagline = \"B\"\nsite = \"https://a.example\"\nabout = [\"C\"]\n";
const POST: &str = "+++\ntitle = \"T\"\ndate = 2026-01-31\nsummary = \"S\"\n+++\nText.\n";

fn put(folder: &tempfile::TempDir, file: &str, text: impl AsRef<[u8]>) {
    let path = folder.path().join(file);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("a file");
}

/// What is said of a folder with this file in it.
fn refusal(file: &str, text: impl AsRef<[u8]>) -> String {
    let folder = folder();
    put(&folder, file, text);
    match Content::from_folder(folder.path()) {
        Ok(_) => panic!("{file} was taken"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_content_that_comes_with_the_program_is_right() {
    let content = Content::load().unwrap_or_else(|error| panic!("{error}"));
    assert!(content.posts.len() >= 2 && !content.projects.is_empty());
    assert!(content.posts.is_sorted_by_key(|post| std::cmp::Reverse(post.date)));
    assert!(content.posts.iter().any(|post| post.video.is_some()), "a post has a film");
}

#[test]
fn a_folder_is_read_like_it() {
    let folder = folder();
    put(&folder, "README.md", "for people");
    put(&folder, ".hidden", "for nobody");
    put(&folder, "posts/b.md", POST.replace("01-31", "02-01").replace('\n', "\r\n"));
    put(&folder, "posts/c.md", POST.replace("+++\nText", "draft = true\n+++\nText"));
    put(&folder, "posts/d.md", POST.replace("+++\nText.\n", "+++").replace("-01-31", "-01-01"));
    let content = Content::from_folder(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let slugs: Vec<_> = content.posts.iter().map(|post| post.slug.as_str()).collect();
    assert_eq!(slugs, ["b", "a", "d"], "the latest first, and no draft");
    assert_eq!(content.posts[0].body.0, "<p>Text.</p>\n");
    assert!(content.projects.is_empty());
}

#[test]
fn pictures_may_be_the_folders_own() {
    let own = folder();
    // The head of a GIF of 3 by 2 pixels is all that its size needs.
    put(&own, "media/own.gif", b"GIF89a\x03\0\x02\0\0\0\0");
    let picture = "[picture]\nfile = \"/media/own.gif\"\nsays = \"P\"\n+++\nText";
    put(&own, "posts/b.md", POST.replace("+++\nText", picture));
    let content = Content::from_folder(own.path()).unwrap_or_else(|error| panic!("{error}"));
    let post = content.posts.iter().find(|post| post.slug == "b").expect("a post");
    let picture = &post.picture.as_ref().expect("a picture").picture;
    assert_eq!((picture.width, picture.height), (3, 2));
}

#[test]
fn what_is_wrong_is_said_with_its_file_its_line_and_what_it_takes() {
    let post = |from: &str, to: &str| POST.replacen(from, to, 1);
    for (file, text, where_, takes) in [
        (
            "profile.toml",
            PROFILE.replace("tagline", "tagilne"),
            "profile.toml, line 2: ",
            "`tagline`",
        ),
        (
            "profile.toml",
            PROFILE.replace("https://", ""),
            "profile.toml, line 3: ",
            "https://example.com",
        ),
        (
            "profile.toml",
            PROFILE.replace("a.example", "a.example/b"),
            "profile.toml, line 3: ",
            "scheme and host",
        ),
        (
            "profile.toml",
            PROFILE.replace("\"A\"", "7"),
            "profile.toml, line 1: ",
            "quotation marks",
        ),
        ("profile.toml", PROFILE.replace("\"A\"", "\"\""), "profile.toml, line 1: ", "1 to 600"),
        (
            "profile.toml",
            format!("{PROFILE}[[links]]\nname = \"x\"\nhref = \"javascript:x\"\n"),
            "profile.toml, line 7: ",
            "mailto:",
        ),
        (
            "resume.toml",
            "summary = \"S\"\n[[experience]]\ntitle = \"x\"\n".into(),
            "resume.toml, line 2: ",
            "`place`",
        ),
        ("posts/a.md", post("+++\n", ""), "posts/a.md, line 1: ", "takes +++"),
        ("posts/a.md", post("+++\nText", "Text"), "posts/a.md, line 1: ", "a second line of +++"),
        ("posts/a.md", post("2026-01-31", "\"soon\""), "posts/a.md, line 3: ", "2026-01-31"),
        ("posts/a.md", post("2026-01-31", "2026-02-30"), "posts/a.md, line 3: ", "date"),
        ("posts/a.md", post("summary = \"S\"\n", ""), "posts/a.md, line ", "`summary`"),
        ("posts/a.md", post("\"T\"", "\"T"), "posts/a.md, line 2: ", "string"),
        (
            "posts/a.md",
            post("Text.", "a\n\n# b\n"),
            "posts/a.md, line 8: ",
            "takes headings from ## on",
        ),
        ("posts/a.md", post("Text.", "\n[a](b)"), "posts/a.md, line 7: ", "a link takes"),
        (
            "posts/a.md",
            post(
                "+++\nText",
                "[video]\nfile = \"/media/no.mp4\"\nstill = \"/media/cup.webp\"\nsays = \"x\"\n+++\n",
            ),
            "posts/a.md, line 6: ",
            "there is no such file",
        ),
        ("posts/Big News.md", POST.into(), "posts/Big News.md: ", "small letters"),
        ("posts/a.txt", POST.into(), "posts/a.txt: ", ".md"),
        ("posst/a.md", POST.into(), "posst: ", "posts/*.md"),
        ("notes.md", POST.into(), "notes.md: ", "profile.toml"),
        ("media/page.html", "<script>".into(), "media/page.html: ", ".png"),
    ] {
        let why = refusal(file, &text);
        assert!(why.starts_with(where_) && why.contains(takes), "{file}: {text}\n{why}");
    }
    let why = refusal("posts/a.md", b"\xff\xfe");
    assert!(why.contains("UTF-8"), "{why}");
}

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let why = Content::from_folder(folder.path()).err().expect("nothing is there").to_string();
    assert_eq!(why, "profile.toml: is missing; content has profile.toml and resume.toml");
    let none = folder.path().join("none");
    let why = Content::from_folder(&none).err().expect("nothing is there").to_string();
    assert!(why.starts_with(&format!("{}: cannot be read", none.display())), "{why}");
}
