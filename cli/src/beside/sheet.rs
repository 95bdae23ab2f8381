//! Pictures of two runs of a scene, over and beside each other.

use image::RgbImage;

use crate::figure::caption;

/// Height of the words above a picture, pixels.
const WORDS_PX: usize = 18;

/// Pictures of both at a few times, one above the other.
pub struct Sheet {
    /// What has been put on it.
    pub image: RgbImage,
    tile: [usize; 2],
    columns: usize,
    names: [&'static str; 2],
}

impl Sheet {
    /// A sheet of so many columns for pictures of size `tile`, pixels.
    ///
    /// # Errors
    /// It would be too large for a picture.
    pub fn new(columns: usize, tile: [usize; 2], names: [&'static str; 2]) -> anyhow::Result<Self> {
        let [width, height] = [columns * tile[0], 2 * (tile[1] + WORDS_PX)];
        let image = blank([width, height])?;
        Ok(Self { image, tile, columns, names })
    }

    /// The column that frame `index` of `last` is for, if any.
    pub fn column(&self, index: usize, last: usize) -> Option<usize> {
        let columns = self.columns.min(last.max(1));
        (0..columns).find(|k| (k + 1) * last / columns == index)
    }

    /// Puts the pictures of one moment into a column.
    pub fn put(&mut self, column: usize, time_s: f64, pictures: &[Vec<u8>; 2]) {
        for (row, picture) in pictures.iter().enumerate() {
            let at = [column * self.tile[0], row * (self.tile[1] + WORDS_PX)];
            let words = format!("{}, {time_s:.1} s", self.names[row]);
            caption(&mut self.image, &words, at.map(|c| c as i32 + 4));
            lay(&mut self.image, picture, self.tile, [at[0], at[1] + WORDS_PX]);
        }
    }
}

/// Both side by side: a picture of the film.
pub struct Strip {
    image: RgbImage,
    tile: [usize; 2],
}

impl Strip {
    /// A strip for pictures of size `tile`, pixels.
    ///
    /// # Errors
    /// It would be too large for a picture.
    pub fn new(tile: [usize; 2], names: [&str; 2]) -> anyhow::Result<Self> {
        // Encoders take even numbers of rows.
        let mut image = blank([2 * tile[0], (tile[1] + WORDS_PX).next_multiple_of(2)])?;
        for (k, name) in names.into_iter().enumerate() {
            caption(&mut image, name, [(k * tile[0]) as i32 + 4, 4]);
        }
        Ok(Self { image, tile })
    }

    /// Width and height, pixels.
    pub fn size_px(&self) -> [usize; 2] {
        [self.image.width(), self.image.height()].map(|n| n as usize)
    }

    /// The strip with these two pictures, sRGB.
    pub fn with(&mut self, pictures: &[Vec<u8>; 2]) -> &[u8] {
        for (k, picture) in pictures.iter().enumerate() {
            lay(&mut self.image, picture, self.tile, [k * self.tile[0], WORDS_PX]);
        }
        self.image.as_raw()
    }
}

fn blank([width, height]: [usize; 2]) -> anyhow::Result<RgbImage> {
    let white = image::Rgb([255; 3]);
    Ok(RgbImage::from_pixel(u32::try_from(width)?, u32::try_from(height)?, white))
}

/// Copies a picture of size `tile` to a place; what does not fit is cut off.
fn lay(onto: &mut RgbImage, srgb: &[u8], tile: [usize; 2], at: [usize; 2]) {
    let (width, height) = (onto.width() as usize, onto.height() as usize);
    let bytes = 3 * tile[0].min(width.saturating_sub(at[0]));
    let onto: &mut [u8] = onto;
    for (row, from) in srgb.chunks_exact(3 * tile[0]).enumerate() {
        if at[1] + row < height {
            let start = 3 * ((at[1] + row) * width + at[0]);
            onto[start..start + bytes].copy_from_slice(&from[..bytes]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_end_with_the_last_frame_and_have_one_frame_each() {
        let sheet = Sheet::new(5, [4, 4], ["a", "b"]).expect("a sheet");
        for last in [1, 3, 5, 60, 181] {
            let columns: Vec<_> = (0..=last).filter_map(|k| sheet.column(k, last)).collect();
            assert!(columns.iter().copied().eq(0..5.min(last)), "{last}: {columns:?}");
            assert!(sheet.column(last, last).is_some());
        }
    }

    #[test]
    fn a_picture_is_laid_where_it_belongs() {
        let mut sheet = blank([4, 2]).expect("an image");
        lay(&mut sheet, &[7; 12], [2, 2], [2, 1]);
        let sevens: Vec<_> = sheet.as_raw().iter().map(|b| u8::from(*b == 7)).collect();
        assert_eq!(sevens, [vec![0; 18], vec![1; 6]].concat());
    }
}
