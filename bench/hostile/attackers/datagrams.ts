import {createSocket} from 'node:dgram';
import {
	encodeAnnouncement,
	encodeQuestion,
} from '../../../source/net/announcement.js';
import {createFarmKey} from '../../../source/net/key.js';
import {protocol} from '../../../source/net/protocol.js';
import {paced, type Attacker} from '../attacker.js';
import {mutate} from '../mutate.js';

/** A thousand packets a second on the broadcast port: questions, forged announcements, spoilt ones and noise. */
export const datagrams: Attacker = async ({
	random,
	signal,
	viewKey,
	broadcastPort,
	figures,
}) => {
	const forged = encodeAnnouncement(
		{
			farm_id: viewKey.farmId,
			farm: 'forged',
			machine: 'nowhere',
			server: {host: '127.0.0.1', port: 9},
			ui: {host: '127.0.0.1', port: 9},
			database_id: 'none',
			pid: 1,
			version: '9.9.9',
			protocol: [protocol[0], protocol[1]],
			interval_s: 1,
		},
		createFarmKey(),
	);
	const packets = [
		forged,
		encodeQuestion(undefined),
		encodeQuestion(viewKey.farmId),
	];
	const socket = createSocket('udp4');
	socket.on('error', () => undefined);
	await paced(1000, signal, () => {
		const packet =
			random.next() < 0.2
				? random.bytes(random.below(1400))
				: random.pick(packets);
		figures.packets += 1;
		socket.send(
			random.next() < 0.5 ? mutate(packet, random) : packet,
			broadcastPort,
			'127.0.0.1',
			() => undefined,
		);
	});
	socket.close();
};
