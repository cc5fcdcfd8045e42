/** A web server on 127.0.0.1, in the process of the test, that records what it is asked and answers as it is told. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answer =
  /** `endless`: the body is repeated until the client goes away. */
  | {
      readonly status: number;
      readonly body?: string;
      readonly location?: string;
      readonly endless?: boolean;
    }
  /** `stall`: it takes the request and says nothing; `half`: it stops within its answer; `drop`: it closes the connection. */
  | 'stall'
  | 'half'
  | 'drop';

export interface WebServer {
  /** `http://127.0.0.1:…`, without a path. */
  readonly url: string;
  readonly port: number;
  /** Requests that arrived whole, in their order. */
  readonly asked: Asked[];
  /** What it says from now on; 200 at first. */
  answer: Answer;
  readonly stop: () => Promise<void>;
}

export async function startWebServer(): Promise<WebServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, headers, body: Buffer.concat(parts) });
      const { answer } = web;
      if (answer === 'stall') return;
      if (answer === 'drop') {
        request.socket.destroy();
        return;
      }
      if (answer === 'half') {
        response.writeHead(500, { 'content-length': 1000 });
        response.write('half of');
        return;
      }
      const { status, body = 'OK', location, endless = false } = answer;
      response.writeHead(status, location === undefined ? {} : { location });
      if (!endless) {
        response.end(body);
        return;
      }
      const more = (): void => {
        while (!response.destroyed && response.write(body));
      };
      response.on('drain', more);
      more();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const web: WebServer = {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    answer: { status: 200 },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return web;
}
