//! Pixels, and what is drawn with them.

use std::{
    convert::Infallible,
    io::{self, BufWriter, Write},
};

use embedded_graphics::{
    Drawable as _, Pixel,
    draw_target::DrawTarget,
    geometry::{OriginDimensions, Point, Size},
    mono_font::{
        MonoFont, MonoTextStyle,
        iso_8859_1::{FONT_8X13, FONT_10X20},
    },
    pixelcolor::{Rgb888, RgbColor as _},
    text::{Baseline, Text},
};

pub(super) type Colour = [u8; 3];

/// A picture. What lies outside of it is not drawn.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

/// A rectangle: left, top, width, height.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Area {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

/// The width of a letter, and the height of a line of them with what is between lines.
const LETTER: i32 = 8;
pub(super) const LINE: i32 = 15;

impl Area {
    pub const fn new(x: i32, y: i32, width: i32, height: i32) -> Area {
        Area {
            x,
            y,
            width,
            height,
        }
    }

    pub const fn right(self) -> i32 {
        self.x + self.width
    }

    pub const fn bottom(self) -> i32 {
        self.y + self.height
    }
}

impl Canvas {
    pub fn new(width: usize, height: usize, paper: Colour) -> Canvas {
        Canvas {
            width,
            height,
            pixels: vec![paper; width * height],
        }
    }

    pub fn dot(&mut self, x: i32, y: i32, colour: Colour) {
        if let Some(pixel) = self.pixel(x, y) {
            *pixel = colour;
        }
    }

    pub fn fill(&mut self, area: Area, colour: Colour) {
        self.tint(area, colour, 255);
    }

    /// Mixes a colour over what is there; 255 covers it.
    pub fn tint(&mut self, area: Area, colour: Colour, strength: u16) {
        for y in area.y.max(0)..area.bottom().min(self.height as i32) {
            for x in area.x.max(0)..area.right().min(self.width as i32) {
                if let Some(pixel) = self.pixel(x, y) {
                    *pixel = mixed(*pixel, colour, strength);
                }
            }
        }
    }

    /// The edge of a rectangle, one pixel wide.
    pub fn frame(&mut self, area: Area, colour: Colour) {
        let Area {
            x,
            y,
            width,
            height,
        } = area;
        self.fill(Area::new(x, y, width, 1), colour);
        self.fill(Area::new(x, area.bottom() - 1, width, 1), colour);
        self.fill(Area::new(x, y, 1, height), colour);
        self.fill(Area::new(area.right() - 1, y, 1, height), colour);
    }

    pub fn vertical(&mut self, x: i32, from: i32, to: i32, colour: Colour, strength: u16) {
        self.tint(Area::new(x, from, 1, to - from), colour, strength);
    }

    pub fn horizontal(&mut self, y: i32, from: i32, to: i32, colour: Colour, strength: u16) {
        self.tint(Area::new(from, y, to - from, 1), colour, strength);
    }

    /// Writes from the left top corner.
    pub fn text(&mut self, x: i32, y: i32, text: &str, colour: Colour) {
        self.write_text(x, y, text, colour, &FONT_8X13);
    }

    /// The same in larger letters.
    pub fn heading(&mut self, x: i32, y: i32, text: &str, colour: Colour) {
        self.write_text(x, y, text, colour, &FONT_10X20);
    }

    fn write_text(&mut self, x: i32, y: i32, text: &str, [r, g, b]: Colour, font: &MonoFont) {
        let style = MonoTextStyle::new(font, Rgb888::new(r, g, b));
        let text = Text::with_baseline(text, Point::new(x, y), style, Baseline::Top);
        let Ok(_) = text.draw(self);
    }

    pub fn text_to(&mut self, right: i32, y: i32, text: &str, colour: Colour) {
        self.text(right - text_width(text), y, text, colour);
    }

    pub fn text_around(&mut self, middle: i32, y: i32, text: &str, colour: Colour) {
        self.text(middle - text_width(text) / 2, y, text, colour);
    }

    fn pixel(&mut self, x: i32, y: i32) -> Option<&mut Colour> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        if x >= self.width || y >= self.height {
            return None;
        }
        self.pixels.get_mut(y * self.width + x)
    }

    /// Writes the picture as PNG.
    pub fn write(&self, to: impl Write) -> io::Result<()> {
        let mut to = BufWriter::new(to);
        let mut encoder = png::Encoder::new(&mut to, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.pixels.as_flattened())?;
        writer.finish()?;
        to.flush()
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(self.width as u32, self.height as u32)
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        for Pixel(at, colour) in pixels {
            self.dot(at.x, at.y, [colour.r(), colour.g(), colour.b()]);
        }
        Ok(())
    }
}

pub(super) fn text_width(text: &str) -> i32 {
    text.chars().count() as i32 * LETTER
}

fn mixed(under: Colour, over: Colour, strength: u16) -> Colour {
    let strength = u32::from(strength.min(255));
    std::array::from_fn(|at| {
        let (under, over) = (u32::from(under[at]), u32::from(over[at]));
        ((under * (255 - strength) + over * strength + 127) / 255) as u8
    })
}
