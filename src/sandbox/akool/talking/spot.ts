/** One place of a frame while it is being drawn. There is one of these for all places: a new one for each would be slow. */
export interface Spot {
  /** Where in the photo it is from, pixels. */
  x: number;
  y: number;
  /** How much of it is not from the photo, 0 to 1, and what it is instead. */
  cover: number;
  light: number;
  blue: number;
  red: number;
  /** What its brightness is multiplied with. */
  shade: number;
}
