/** Follows the operators of a PDF's page (ISO 32000-1, 8 and 9) as far as they tell where which letters are seen. */
import type { PDFDocumentProxy, PDFPageProxy } from 'unpdf/pdfjs';
import { type Colour, colourOf } from './colour.js';
import { type Box, Painting, type Scene } from './pdf-scene.js';

type Matrix = [number, number, number, number, number, number];

interface Glyph {
  unicode: string;
  width: number;
  isSpace: boolean;
}

interface Font {
  vertical?: boolean;
  isMonospace?: boolean;
  fontMatrix?: number[];
}

interface State {
  matrix: Matrix;
  fill: Colour | null;
  opaque: number;
  clip: Box | null;
  font: Font;
  size: number;
  letterSpacing: number;
  wordSpacing: number;
  scale: number;
  leading: number;
  rise: number;
  mode: number;
}

type Layers = Awaited<ReturnType<PDFDocumentProxy['getOptionalContentConfig']>>;

const unit: Matrix = [1, 0, 0, 1, 0, 0];

/** Of pdf.js, by name. */
type Operators = Record<string, number>;

export class PagePainter {
  readonly #page: PDFPageProxy;
  readonly #layers: Layers;
  readonly #painting: Painting;
  readonly #stack: State[] = [];
  readonly #unseenLayers: boolean[] = [];
  #state: State = {
    matrix: unit,
    fill: [0, 0, 0],
    opaque: 1,
    clip: null,
    font: {},
    size: 0,
    letterSpacing: 0,
    wordSpacing: 0,
    scale: 1,
    leading: 0,
    rise: 0,
    mode: 0,
  };
  #text: Matrix = unit;
  #line: Matrix = unit;
  #clips = false;

  constructor(page: PDFPageProxy, layers: Layers) {
    this.#page = page;
    this.#layers = layers;
    this.#painting = new Painting(page.view as Box);
  }

  /** @param hasPictures the document has some, so that pages may be scans. */
  async scene(operators: Operators, hasPictures: boolean): Promise<Scene> {
    const names = new Map(Object.entries(operators).map(([name, code]) => [code, name]));
    const { fnArray, argsArray } = await this.#page.getOperatorList();
    for (const [index, code] of fnArray.entries()) {
      const args = (argsArray[index] ?? []) as unknown[];
      this.#run(names.get(code) ?? '', args, names);
    }
    return this.#painting.scene(hasPictures);
  }

  #run(name: string, args: unknown[], names: Map<number, string>): void {
    const state = this.#state;
    const [first] = args as [number];
    switch (name) {
      case 'save':
      case 'beginGroup':
        this.#stack.push({ ...state });
        return;
      case 'restore':
      case 'endGroup':
      case 'paintFormXObjectEnd':
      case 'endAnnotation':
        this.#state = this.#stack.pop() ?? state;
        return;
      case 'transform':
        state.matrix = product(args as Matrix, state.matrix);
        return;
      case 'paintFormXObjectBegin':
        this.#stack.push({ ...state });
        if (args[0]) state.matrix = product([...(args[0] as Matrix)] as Matrix, state.matrix);
        return;
      case 'beginAnnotation':
        this.#stack.push({ ...state });
        for (const matrix of [args[2], args[3]])
          if (matrix) this.#state.matrix = product([...(matrix as Matrix)] as Matrix, this.#state.matrix);
        return;
      case 'setGState':
        for (const [key, value] of args[0] as [string, unknown][]) {
          if (key === 'ca') state.opaque = Number(value);
          if (key === 'Font') this.#font((value as [string, number])[0], (value as [string, number])[1]);
        }
        return;
      case 'setFillRGBColor':
        state.fill = named(args);
        return;
      case 'setFillColorN':
        state.fill = null;
        return;
      case 'clip':
      case 'eoClip':
        this.#clips = true;
        return;
      case 'constructPath':
        this.#path(names.get(first) ?? '', args[2] as Record<number, number> | null);
        return;
      case 'shadingFill':
        this.#painting.shape(state.clip ?? (this.#page.view as Box), null, true);
        return;
      case 'beginMarkedContentProps':
        this.#unseenLayers.push(args[0] === 'OC' && !this.#layers.isVisible(args[1] as never));
        return;
      case 'beginMarkedContent':
        this.#unseenLayers.push(false);
        return;
      case 'endMarkedContent':
        this.#unseenLayers.pop();
        return;
      default:
        this.#write(name, args as number[]);
    }
  }

  #write(name: string, args: number[]): void {
    const state = this.#state;
    const [first = 0, second = 0] = args;
    switch (name) {
      case 'beginText':
        this.#text = this.#line = unit;
        return;
      case 'setFont':
        this.#font(args[0] as unknown as string, second);
        return;
      case 'setCharSpacing':
        state.letterSpacing = first;
        return;
      case 'setWordSpacing':
        state.wordSpacing = first;
        return;
      case 'setHScale':
        state.scale = first / 100;
        return;
      case 'setLeading':
        state.leading = -first;
        return;
      case 'setTextRise':
        state.rise = first;
        return;
      case 'setTextRenderingMode':
        state.mode = first;
        return;
      case 'moveText':
        this.#move(first, second);
        return;
      case 'setLeadingMoveText':
        state.leading = second;
        this.#move(first, second);
        return;
      case 'nextLine':
        this.#move(0, state.leading);
        return;
      case 'setTextMatrix': {
        const matrix = args[0] as unknown as ArrayLike<number> | number;
        this.#text = this.#line = (typeof matrix === 'number' ? args : Array.from(matrix)) as Matrix;
        return;
      }
      case 'showText':
      case 'showSpacedText':
        this.#show(args[0] as unknown as (Glyph | number | null)[]);
        return;
      case 'nextLineShowText':
        this.#move(0, state.leading);
        this.#show(args[0] as unknown as (Glyph | number | null)[]);
    }
  }

  #font(name: string, size: number): void {
    const { commonObjs } = this.#page;
    this.#state.font = commonObjs.has(name) ? (commonObjs.get(name) as Font) : {};
    this.#state.size = size;
  }

  #move(x: number, y: number): void {
    this.#line = product([1, 0, 0, 1, x, y], this.#line);
    this.#text = this.#line;
  }

  #path(paint: string, bounds: Record<number, number> | null): void {
    const { matrix, fill, opaque, clip } = this.#state;
    if (!bounds) return;
    const box = boxOf(matrix, bounds);
    if (this.#clips) {
      this.#clips = false;
      this.#state.clip = clip ? common(clip, box) : box;
    }
    if (/fill/i.test(paint)) this.#painting.shape(clip ? common(clip, box) : box, fill, opaque > 0.9);
  }

  #show(glyphs: (Glyph | number | null)[]): void {
    const state = this.#state;
    const { font, size, scale } = state;
    const thousandth = font.fontMatrix?.[0] ?? 0.001;
    const unseenLayer = this.#unseenLayers.includes(true);
    let other = '';
    for (const glyph of glyphs) {
      if (glyph === null) continue;
      if (typeof glyph === 'number') {
        this.#advance((-glyph / 1000) * size * scale, font.vertical);
        continue;
      }
      const spacing = state.letterSpacing + (glyph.isSpace ? state.wordSpacing : 0);
      const width = glyph.width * thousandth * size;
      const matrix = product([1, 0, 0, 1, 0, state.rise], product(this.#text, state.matrix));
      const [a, b, c, d, x, y] = matrix;
      const isUpright =
        !font.vertical && Math.abs(b) < Math.abs(a) * 0.02 && Math.abs(c) < Math.abs(d) * 0.3 && a * size > 0;
      if (!isUpright) other += glyph.unicode;
      else
        this.#painting.letter({
          text: glyph.unicode,
          left: x,
          right: x + width * scale * a,
          y,
          size: Math.abs(size * d),
          mono: font.isMonospace === true,
          invisible: state.mode === 3 || state.mode === 7,
          colour: state.opaque < 0.05 || unseenLayer ? 'none' : state.mode === 1 ? null : state.fill,
          clip: state.clip,
        });
      if (font.vertical) this.#advance(-size - spacing, true);
      else this.#advance((width + spacing) * scale, false);
    }
    this.#painting.other(other);
  }

  #advance(by: number, vertical: boolean | undefined): void {
    this.#text = product(vertical ? [1, 0, 0, 1, 0, by] : [1, 0, 0, 1, by, 0], this.#text);
  }
}

/** One after the other. */
function product(first: Matrix, then: Matrix): Matrix {
  const [a, b, c, d, e, f] = first;
  const [A, B, C, D, E, F] = then;
  return [a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F];
}

function boxOf([a, b, c, d, e, f]: Matrix, bounds: Record<number, number>): Box {
  const [left = 0, bottom = 0, right = 0, top = 0] = [bounds[0], bounds[1], bounds[2], bounds[3]];
  const xs = [left, right].flatMap((x) => [bottom, top].map((y) => a * x + c * y + e));
  const ys = [left, right].flatMap((x) => [bottom, top].map((y) => b * x + d * y + f));
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function common(one: Box, other: Box): Box {
  return [
    Math.max(one[0], other[0]),
    Math.max(one[1], other[1]),
    Math.min(one[2], other[2]),
    Math.min(one[3], other[3]),
  ];
}

function named(args: unknown[]): Colour | null {
  if (typeof args[0] !== 'string') return args.slice(0, 3).map(Number) as Colour;
  const colour = colourOf(args[0]);
  return colour === 'clear' ? null : colour;
}
