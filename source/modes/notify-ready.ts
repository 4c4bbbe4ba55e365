import {execFile} from 'node:child_process';
import process from 'node:process';

export type ServiceNews = 'ready' | 'stopping' | 'reloading';

/**
Tell systemd how a daemon is doing, where systemd started it (NOTIFY_SOCKET is set) and its unit has `NotifyAccess=all`. Goes through the program systemd-notify, since Node has no datagram sockets of that kind. Never throws: a daemon runs as well without.

Gives what hindered it, or undefined.
*/
export const notifySystemd = async (
	news: ServiceNews,
	environment: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> => {
	const socket = environment['NOTIFY_SOCKET'];
	if (socket === undefined || socket === '') {
		return undefined;
	}

	return new Promise((resolve) => {
		execFile(
			'systemd-notify',
			[`MAINPID=${process.pid}`, words[news]],
			{env: environment, timeout: 5000},
			(error) => {
				resolve(
					error === null
						? undefined
						: `systemd was not told that this is ${news}: ${error.message.split('\n', 1)[0]}`,
				);
			},
		);
	});
};

const words: Readonly<Record<ServiceNews, string>> = {
	ready: 'READY=1',
	stopping: 'STOPPING=1',
	reloading: 'RELOADING=1',
};
