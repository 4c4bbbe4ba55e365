import fs from 'node:fs';
import path from 'node:path';

/** Writes the configuration of a farm that is reached on loopback only, at ports that are free, and whose workers do not look for this machine's software. `more` goes on in TOML. */
export const writeLoopbackConfig = (folder: string, more: string): void => {
	for (const [name, content] of [
		['standard_environment_resolver', ''],
		[
			'scheduler',
			`[core]
broadcast = false
server_ip = "127.0.0.1"
server_port = 0
ui_ip = "127.0.0.1"
ui_port = 0
${more}`,
		],
	] as const) {
		fs.mkdirSync(path.join(folder, name), {recursive: true});
		fs.writeFileSync(path.join(folder, name, 'config.toml'), content);
	}
};
