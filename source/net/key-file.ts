import {FarmError} from '../core/errors.js';
import {fromJoinCode, toJoinCode, type FarmKey} from './key.js';

/** What a key file holds: the farm's key, and after a rotation the one before it for as long as it is still accepted. */
export type KeyFile = {
	readonly current: FarmKey;
	readonly old: {readonly key: FarmKey; readonly until: number} | undefined;
};

/** A key file's text; `until` is in milliseconds since 1970, UTC. The file must be readable by its owner alone. */
export const formatKeyFile = ({current, old}: KeyFile): string => {
	const former =
		old === undefined
			? []
			: [
					`old ${toJoinCode(old.key)} until ${new Date(old.until).toISOString()}`,
				];
	return [
		current.kind === 'full'
			? '# The key of a lifeblood farm: whoever has it controls the farm.'
			: '# The view-only key of a lifeblood farm.',
		toJoinCode(current),
		...former,
		'',
	].join('\n');
};

/** Throws `INVALID` with one line that holds nothing of the key. */
export const parseKeyFile = (text: string): KeyFile => {
	let current: FarmKey | undefined;
	let old: KeyFile['old'];
	for (const [index, line] of text.split('\n').entries()) {
		const content = line.trim();
		if (content === '' || content.startsWith('#')) {
			continue;
		}

		const former = /^old (?<code>\S+) until (?<until>\S+)$/v.exec(
			content,
		)?.groups;
		if (former) {
			const until = Date.parse(former['until'] ?? '');
			if (Number.isNaN(until)) {
				throw new FarmError(
					'INVALID',
					`Line ${index + 1} of the key file has no time after "until".`,
				);
			}

			old = {key: fromJoinCode(former['code'] ?? ''), until};
		} else if (current === undefined) {
			current = fromJoinCode(content);
		} else {
			throw new FarmError(
				'INVALID',
				`Line ${index + 1} of the key file is one too many: a key file holds one key.`,
			);
		}
	}

	if (current === undefined) {
		throw new FarmError(
			'INVALID',
			'The key file holds no key: `lifeblood key create` makes one, `lifeblood join` fetches one.',
		);
	}

	return {current, old};
};

/** The keys that a scheduler accepts now: `now` in milliseconds since 1970, UTC. */
export const acceptedKeys = (
	{current, old}: KeyFile,
	now: number,
): readonly FarmKey[] =>
	old === undefined || old.until <= now ? [current] : [current, old.key];
