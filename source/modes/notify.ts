import {thisHost} from '../config/host.js';
import {loadSchedulerConfig} from '../config/load.js';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {didYouMean} from '../core/nearest.js';
import type {Notification} from '../core/notification.js';
import type {Target} from '../notify/target.js';
import type {CommandContext, ExitStatus} from './context.js';
import {notificationTargets} from './notification-targets.js';

type Tested = {
	readonly rule: string;
	readonly target: string;
	readonly delivered: boolean;
	/** Why not. */
	readonly reason: string | undefined;
};

/** `lifeblood notify test`: tells whom the configuration of this machine's scheduler names, from here and at once. */
export const run = async ({
	arguments: wanted,
	flags,
	output,
}: CommandContext): Promise<ExitStatus> => {
	const host = thisHost();
	const loaded = await loadSchedulerConfig({
		host,
		configDirectory: flags.text('config-dir'),
	});
	const targets = await notificationTargets({
		loaded,
		host,
		log: {info: output.message},
	});
	if (targets.size === 0) {
		throw new FarmError(
			'INVALID',
			`${loaded.file} has no rule: add a section such as [scheduler.notifications.all].`,
		);
	}

	for (const rule of wanted) {
		if (!targets.has(rule)) {
			throw new FarmError(
				'NOT_FOUND',
				`There is no rule "${rule}" in ${loaded.file}${didYouMean(rule, targets.keys())}`,
			);
		}
	}

	const {farm} = loaded.settings.core;
	const chosen = wanted.length === 0 ? targets.keys() : wanted;
	const tested: Tested[] = [];
	for (const rule of chosen) {
		const target = targets.get(rule);
		if (target === undefined) {
			continue;
		}

		const news = testNews(farm === '' ? host.name : farm, rule);
		tested.push(await test({rule, target, news})); // eslint-disable-line no-await-in-loop -- what they say comes in order
	}

	if (flags.toggle('json') === true) {
		output.printJson(tested);
	} else {
		for (const {rule, target, delivered, reason} of tested) {
			output.print(
				delivered
					? `${output.paint('green', 'ok')}    ${rule}: ${target} took it`
					: `${output.paint('red', 'fail')}  ${rule}: ${target} did not take it: ${reason}`,
			);
		}
	}

	return tested.every(({delivered}) => delivered) ? 0 : 1;
};

const test = async ({
	rule,
	target,
	news,
}: {
	readonly rule: string;
	readonly target: Target;
	readonly news: Notification;
}): Promise<Tested> => {
	const delivery = await target.deliver([news], new AbortController().signal);
	return {
		rule,
		target: target.name,
		delivered: delivery.kind === 'delivered',
		reason: delivery.kind === 'delivered' ? undefined : delivery.reason,
	};
};

const testNews = (farm: string, rule: string): Notification => {
	const now = systemClock.now();
	return {
		id: `test-${rule}-${now.toString(36)}`,
		type: 'test',
		timestamp: new Date(now).toISOString(),
		farm,
		text: `A test of the rule ${rule}: notifications of farm ${farm} arrive here.`,
		data: {rule},
	};
};
