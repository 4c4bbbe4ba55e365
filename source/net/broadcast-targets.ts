import {networkInterfaces} from 'node:os';

/** One of this machine's addresses, and where what is sent by its network is heard by all on it. */
export type BroadcastTarget = {
	readonly address: string;
	readonly broadcast: string;
	readonly isLoopback: boolean;
};

/** Looked up each time, since networks come and go. IPv4 only: IPv6 has no broadcast. */
export const broadcastTargets = (): readonly BroadcastTarget[] =>
	Object.values(networkInterfaces())
		.flatMap((addresses) => addresses ?? [])
		.filter(({family}) => family === 'IPv4')
		.flatMap(({address, netmask, internal}): readonly BroadcastTarget[] =>
			internal
				? [
						// Every listener on a Linux machine hears the first, the second is what other systems have.
						{address, broadcast: '127.255.255.255', isLoopback: true},
						{address, broadcast: address, isLoopback: true},
					]
				: [
						{
							address,
							broadcast: broadcastAddress(address, netmask),
							isLoopback: false,
						},
					],
		);

/** `192.168.1.5`, `255.255.255.0` → `192.168.1.255` */
export const broadcastAddress = (address: string, netmask: string): string => {
	const mask = netmask.split('.');
	return address
		.split('.')
		.map((part, index) =>
			// eslint-disable-next-line no-bitwise -- a mask is bits
			String(Number(part) | (255 - Number(mask[index] ?? 255))),
		)
		.join('.');
};
