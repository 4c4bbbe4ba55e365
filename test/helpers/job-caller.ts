import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type {FakeScheduler} from './fake-scheduler.js';
import {until} from './until.js';

export type JobAnswer = {
	readonly id?: unknown;
	readonly result?: Readonly<Record<string, unknown>>;
	readonly error?: {
		readonly code: number;
		readonly message: string;
		readonly data?: {readonly code: string; readonly field?: string};
	};
};

/** One connection of a job, as any language would make it: lines of JSON on a socket. */
export type JobCaller = {
	readonly socket: net.Socket;
	/** The answer to one request; it may come after those to later ones. */
	readonly call: (
		name: string,
		params?: Readonly<Record<string, unknown>>,
	) => Promise<JobAnswer>;
	/** Any bytes. */
	readonly write: (text: string) => void;
	/** All lines that came, parsed. */
	readonly answers: readonly JobAnswer[];
	readonly whenClosed: Promise<void>;
};

export type JobPlace = {readonly address: string; readonly token: string};

export const callJob = async ({
	address,
	token,
}: JobPlace): Promise<JobCaller> => {
	const [host, port] = address.split(':', 2);
	const socket = net.connect({host, port: Number(port)});
	await once(socket, 'connect');
	const answers: JobAnswer[] = [];
	const waiting = new Map<unknown, (answer: JobAnswer) => void>();
	const closed = Promise.withResolvers<void>();
	let lastId = 0;
	socket.on('error', () => undefined);
	socket.on('close', () => {
		closed.resolve();
		for (const [id, resolve] of waiting) {
			resolve({
				id,
				error: {code: 0, message: 'closed', data: {code: 'CLOSED'}},
			});
		}
	});
	// What is cut short by the connection's end is no line.
	const pieces: string[] = [];
	socket.setEncoding('utf8');
	socket.on('data', (text: string) => {
		const [head = '', ...rest] = text.split('\n');
		pieces.push(head);
		for (const next of rest) {
			const answer = JSON.parse(pieces.join('')) as JobAnswer;
			pieces.splice(0, pieces.length, next);
			answers.push(answer);
			waiting.get(answer.id)?.(answer);
			waiting.delete(answer.id);
		}
	});
	return {
		socket,
		answers,
		whenClosed: closed.promise,
		write(text) {
			socket.write(text);
		},
		async call(method, params = {}) {
			lastId += 1;
			const id = lastId;
			return new Promise((resolve) => {
				waiting.set(id, resolve);
				socket.write(
					`${JSON.stringify({
						jsonrpc: '2.0',
						id,
						method,
						params: {token, ...params},
					})}\n`,
				);
			});
		},
	};
};

/** Runs a job that says where it may call and then sleeps. */
export const runCallable = async (
	scheduler: FakeScheduler,
	{invocation, folder}: {readonly invocation: number; readonly folder: string},
): Promise<JobPlace> => {
	const file = path.join(folder, `place-${invocation}`);
	await scheduler.run(invocation, [
		'/bin/sh',
		'-c',
		`echo "$LIFEBLOOD_RUNTIME_SCHEDULER_ADDR $LIFEBLOOD_RUNTIME_TOKEN" > ${file}.new; mv ${file}.new ${file}; exec sleep 600`,
	]);
	return placeIn(file);
};

/** Where a job may call, as it wrote it into a file. */
export const placeIn = async (file: string): Promise<JobPlace> =>
	until(
		() => {
			if (!fs.existsSync(file)) {
				return undefined;
			}

			const [address = '', token = ''] = fs
				.readFileSync(file, 'utf8')
				.trim()
				.split(' ', 2);
			return {address, token};
		},
		{what: `a job to write ${file}`, within: 20_000},
	);
