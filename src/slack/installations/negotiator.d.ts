/** The part of it that we use; it brings no types. Source: its README, "Accept-Language Negotiation". */
declare module "negotiator" {
  export default class Negotiator {
    constructor(request: { readonly headers: import("node:http").IncomingHttpHeaders });
    /** Those of `available` that the request accepts, the most wanted first. */
    languages<Language extends string>(available: readonly Language[]): Language[];
  }
}
