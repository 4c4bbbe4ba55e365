import fs from 'node:fs/promises';

/** Which program listens on a TCP port, as `nginx (process 123)`; undefined where the system does not tell this user. Linux only. */
export const portOwner = async (port: number): Promise<string | undefined> => {
	const inodes = await listeningInodes(port);
	if (inodes.size === 0) {
		return undefined;
	}

	for (const pid of await entries('/proc')) {
		if (!/^\d+$/v.test(pid)) {
			continue;
		}

		/* eslint-disable no-await-in-loop -- there is no hurry, and few files are open at once */
		for (const descriptor of await entries(`/proc/${pid}/fd`)) {
			const target = await fs
				.readlink(`/proc/${pid}/fd/${descriptor}`)
				.catch(() => '');
			const inode = /^socket:\[(?<inode>\d+)\]$/v.exec(target)?.groups?.[
				'inode'
			];
			if (inode !== undefined && inodes.has(inode)) {
				const name = await fs
					.readFile(`/proc/${pid}/comm`, 'utf8')
					.catch(() => '');
				return `${name.trim()} (process ${pid})`;
			}
		}
		/* eslint-enable no-await-in-loop */
	}

	return undefined;
};

/** From lines such as `0: 00000000:0568 00000000:0000 0A … 0 12345`: state 0A listens, the tenth column is the inode. */
const listeningInodes = async (port: number): Promise<ReadonlySet<string>> => {
	const wanted = port.toString(16).toUpperCase().padStart(4, '0');
	const inodes = new Set<string>();
	for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
		const text = await fs.readFile(table, 'utf8').catch(() => ''); // eslint-disable-line no-await-in-loop -- two small files
		for (const line of text.split('\n')) {
			const columns = line.trim().split(/\s+/v);
			const inode = columns[9];
			if (
				inode !== undefined &&
				columns[3] === '0A' &&
				columns[1]?.endsWith(`:${wanted}`) === true
			) {
				inodes.add(inode);
			}
		}
	}

	return inodes;
};

const entries = async (folder: string): Promise<string[]> =>
	fs.readdir(folder).catch(() => []);
