/** Slack's end of Socket Mode: hands out connections, sends envelopes, waits for their acks. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { isWire, newId, readJson, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** Slack pings; a client that hears none for 30 s takes the connection for dead. */
const PING_EVERY_MS = 5000;
const MAX_CONNECTIONS = 10;

export interface Ack {
  readonly payload: unknown;
}

export class SocketMode {
  /** Every envelope ever sent, and when it was acked. */
  readonly envelopes: { readonly id: string; readonly type: string; ackedAt: Date | undefined }[] = [];
  /** True from the first apps.connections.open: from then on nothing goes to the request URL. */
  inUse = false;
  readonly #workspace: Workspace;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #connections: WebSocket[] = [];
  readonly #tickets = new Set<string>();
  readonly #waiting = new Map<string, (ack: Ack) => void>();
  readonly #pinger: NodeJS.Timeout;
  #turn = 0;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    this.#pinger = setInterval(() => {
      for (const connection of this.#connections) connection.ping();
    }, PING_EVERY_MS);
    this.#pinger.unref();
  }

  get connectionCount(): number {
    return this.#connections.length;
  }

  newUrl(): string {
    const ticket = newId("ticket").toLowerCase();
    this.#tickets.add(ticket);
    this.inUse = true;
    const address = this.#workspace.url.replace(/^http/, "ws");
    return `${address}/link/?ticket=${ticket}&app_id=${this.#workspace.settings.appId}`;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? "", this.#workspace.url).searchParams.get("ticket") ?? "";
    if (!this.#tickets.delete(ticket)) {
      this.#workspace.problems.push("a Socket Mode connection without a fresh ticket");
      socket.end("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n");
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (connection) => this.#welcome(connection));
  }

  /** One envelope to one of the connections; undefined when there is none, or no ack in time. */
  async send(type: string, payload: Wire, more: Wire, timeoutMs: number): Promise<Ack | undefined> {
    const connection = this.#connections[this.#turn++ % Math.max(1, this.#connections.length)];
    if (!connection) return undefined;
    const id = newId("envelope");
    const envelope = { id, type, ackedAt: undefined as Date | undefined };
    this.envelopes.push(envelope);
    return new Promise((resolve) => {
      const done = (ack: Ack | undefined) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        connection.off("close", gone);
        if (ack) envelope.ackedAt = new Date();
        resolve(ack);
      };
      const gone = () => done(undefined);
      const timer = setTimeout(gone, timeoutMs);
      connection.once("close", gone);
      this.#waiting.set(id, done);
      const accepts = { accepts_response_payload: type !== "events_api" };
      connection.send(JSON.stringify({ envelope_id: id, type, payload, ...accepts, ...more }));
    });
  }

  /** Tells every connection to come back, as Slack does every few hours. The client closes. */
  disconnect(reason: "warning" | "refresh_requested" | "link_disabled" = "refresh_requested"): void {
    for (const connection of [...this.#connections])
      connection.send(JSON.stringify({ type: "disconnect", reason, debug_info: { host: "sandbox" } }));
  }

  /** Cuts every connection without a word. */
  drop(): void {
    for (const connection of [...this.#connections]) connection.terminate();
  }

  close(): void {
    clearInterval(this.#pinger);
    this.drop();
    this.#server.close();
  }

  #welcome(connection: WebSocket): void {
    if (this.#connections.length >= MAX_CONNECTIONS) {
      connection.send(JSON.stringify({ type: "disconnect", reason: "too_many_websockets" }));
      connection.close();
      return;
    }
    this.#connections.push(connection);
    connection.on("close", () => {
      const index = this.#connections.indexOf(connection);
      if (index >= 0) this.#connections.splice(index, 1);
      this.#workspace.events.emit("change");
    });
    connection.on("error", () => connection.terminate());
    connection.on("message", (data) => this.#receive(String(data)));
    connection.send(
      JSON.stringify({
        type: "hello",
        num_connections: this.#connections.length,
        debug_info: { host: "sandbox", build_number: 1, approximate_connection_time: 18_060 },
        connection_info: { app_id: this.#workspace.settings.appId },
      }),
    );
    this.#workspace.events.emit("change");
  }

  #receive(text: string): void {
    const ack = readJson(text);
    const id = isWire(ack) ? ack.envelope_id : undefined;
    const known = this.envelopes.some((envelope) => envelope.id === id);
    if (!isWire(ack) || typeof id !== "string" || !known) {
      this.#workspace.problems.push("a Socket Mode message that acks no envelope");
      return;
    }
    this.#waiting.get(id)?.({ payload: ack.payload });
  }
}
