import { Client } from "pg";

export interface Connected {
  query(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function connectTo(url: string): Promise<Connected> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  return {
    query: async (sql) => (await client.query(sql)).rows,
    close: () => client.end(),
  };
}

/** One question to a database, on a connection of its own. */
export async function queryPostgres(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const connected = await connectTo(url);
  try {
    return await connected.query(sql);
  } finally {
    await connected.close();
  }
}
