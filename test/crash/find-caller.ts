import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const ESTABLISHED = "01";

/**
 * The process at the near end of a TCP connection from `port` of this machine, among those asked about. Undefined
 * when none of them has it (any more), or where there is no /proc to tell: this is for Linux.
 */
export function findCaller(port: number, pids: readonly number[]): number | undefined {
  const inodes = inodesOf(port);
  if (inodes.size === 0) return undefined;
  return pids.find((pid) => openSockets(pid).some((inode) => inodes.has(inode)));
}

/** Of the connections whose local end is `port`. Columns: number, local, remote, state, …, the inode is the tenth. */
function inodesOf(port: number): Set<string> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((path) => read(path).split("\n"));
  const found = lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(wanted) && state === ESTABLISHED)
    .map((columns) => columns[9] ?? "0");
  return new Set(found.filter((inode) => inode !== "0"));
}

function openSockets(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return list(folder).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1] ?? [];
    } catch {
      return []; // closed in between
    }
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
