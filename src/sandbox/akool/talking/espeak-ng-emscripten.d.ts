/** What is used of a package that comes without types. */
declare module "@echogarden/espeak-ng-emscripten" {
  interface Engine {
    get_samplerate(): number;
    /** 0 when there is such a voice. */
    set_voice(name: string): number;
    /** Words a minute. */
    set_rate(rate: number): void;
    /** 0 to 99. */
    set_pitch(pitch: number): void;
    /** Calls back until all is said; a true answer stops it. */
    synthesize(text: string, callback: (sound: Int16Array | null) => boolean): void;
  }
  export default function load(): Promise<{ eSpeakNGWorker: new () => Engine | Promise<Engine> }>;
}
