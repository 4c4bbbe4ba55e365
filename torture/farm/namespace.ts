import {once} from 'node:events';
import net from 'node:net';
import process from 'node:process';
import {execa} from 'execa';

/** A network of its own, joined to this one by a wire of the kernel's. */
export type Namespace = {
	readonly name: string;
	/** Where this side of the wire is reached from the other. */
	readonly host: string;
	/** Nothing comes through, and nobody is told. */
	readonly pull: () => Promise<void>;
	/** False where the kernel has no netem. */
	readonly disturb: (how: string) => Promise<boolean>;
	readonly mend: () => Promise<void>;
	readonly remove: () => Promise<void>;
};

/** Why there is none, where there is none. */
export const makeNamespace = async (
	number: number,
): Promise<Namespace | {readonly without: string}> => {
	const name = `lifeblood-torture-${number}`;
	const device = `lbt${number}`;
	// Link-local addresses, which nobody routes.
	const network = `169.254.${(number % 250) + 3}`;
	const host = `${network}.1`;
	const run = async (...words: readonly string[]): Promise<void> => {
		const [file = '', ...rest] = words;
		await execa(file, rest);
	};

	const remove = async (): Promise<void> => {
		await execa('ip', ['link', 'delete', device], {reject: false});
		await execa('ip', ['netns', 'delete', name], {reject: false});
	};

	try {
		/* eslint-disable no-await-in-loop -- each needs the one before */
		for (const line of [
			`ip netns add ${name}`,
			`ip link add ${device} type veth peer name inner netns ${name}`,
			`ip address add ${host}/24 dev ${device}`,
			`ip link set ${device} up`,
			`ip netns exec ${name} ip address add ${network}.2/24 dev inner`,
			`ip netns exec ${name} ip link set inner up`,
			`ip netns exec ${name} ip link set lo up`,
		]) {
			await run(...line.split(' '));
		}
		/* eslint-enable no-await-in-loop */

		await expectReachable(host, name);
	} catch (error) {
		await remove();
		return {
			without:
				error instanceof Error
					? (error.message.split('\n').at(-1) ?? '')
					: String(error),
		};
	}

	return {
		name,
		host,
		remove,
		pull: async () => run('ip', 'link', 'set', device, 'down'),
		async disturb(how) {
			const {failed} = await execa(
				'tc',
				['qdisc', 'replace', 'dev', device, 'root', 'netem', ...how.split(' ')],
				{reject: false},
			);
			return !failed;
		},
		async mend() {
			await execa('tc', ['qdisc', 'delete', 'dev', device, 'root'], {
				reject: false,
			});
			await run('ip', 'link', 'set', device, 'up');
		},
	};
};

const expectReachable = async (host: string, name: string): Promise<void> => {
	const server = net.createServer((socket) => {
		socket.on('error', () => undefined);
		socket.end();
	});
	server.listen(0, host);
	await once(server, 'listening');
	const address = server.address();
	try {
		await execa(
			'nsenter',
			[
				`--net=/run/netns/${name}`,
				process.execPath,
				'-e',
				`require('net').connect(${typeof address === 'object' ? address?.port : 0}, '${host}').on('close', (failed) => process.exit(failed ? 1 : 0)).on('error', () => {}).resume()`,
			],
			{timeout: 10_000},
		);
	} finally {
		server.close();
	}
};
