import { loadConfig } from "./config.ts";
import { examine } from "./doctor/examine.ts";

const healthy = await examine(loadConfig, (line) => console.log(line));
process.exitCode = healthy ? 0 : 1;
