export { escaped } from "../../words/say.ts";
