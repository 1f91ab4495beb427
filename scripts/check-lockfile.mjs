// What the lock file must be for `npm ci` to install the same bytes from any registry: every package with a
// sha512, no address of the registry it was made with, and exact versions in package.json.
import { readFile } from "node:fs/promises";

const read = async (name) => JSON.parse(await readFile(new URL(`../${name}`, import.meta.url), "utf8"));
const [manifest, lock] = await Promise.all([read("package.json"), read("package-lock.json")]);
const problems = [];

const packages = Object.entries(lock.packages).filter(([path]) => path !== "");
for (const [path, entry] of packages) {
  if (!/^sha512-[\w+/]+=*$/.test(entry.integrity ?? ""))
    problems.push(`${path} has no sha512 in package-lock.json`);
  if (entry.resolved) problems.push(`${path} names an address in package-lock.json`);
}
for (const group of ["dependencies", "devDependencies", "optionalDependencies"]) {
  for (const [name, version] of Object.entries(manifest[group] ?? {})) {
    if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      problems.push(`${name} has no exact version in package.json`);
  }
}

for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log(`${packages.length} packages, each with its sha512 and no address`);
process.exitCode = problems.length === 0 ? 0 : 1;
