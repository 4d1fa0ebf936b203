/** Texts shorter than this are joined with their neighbours. */
const OWN_PIECE_CHARACTERS_MIN = 200;

/**
 * Text on its way out, in pieces. Long ones stay as they are: those of values are kept and handed out again and again, and
 * joining them would copy each time.
 */
export class TextPieces {
  private pieces: string[] = [];
  private text = '';

  add(text: string): void {
    if (text.length < OWN_PIECE_CHARACTERS_MIN) {
      this.text += text;
      return;
    }
    this.cut();
    this.pieces.push(text);
  }

  /** What was added since the last time. */
  take(): string[] {
    this.cut();
    const { pieces } = this;
    this.pieces = [];
    return pieces;
  }

  /** What comes next begins a piece. */
  cut(): void {
    if (this.text !== '') this.pieces.push(this.text);
    this.text = '';
  }
}
