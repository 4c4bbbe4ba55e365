import {countText, plural} from '../../text/amount-text.js';
import type {Role} from '../../text/span.js';

export type Finding = {readonly role: Role; readonly text: string};

type Counts = Readonly<Record<string, number>>;

/** What somebody should look at, the worst first; one line that all is well where there is nothing. `tasks` and `workers` count by state. */
export const findings = ({
	tasks,
	workers,
}: {
	readonly tasks: Counts;
	readonly workers: Counts;
}): readonly Finding[] => {
	const task = (state: string): number => tasks[state] ?? 0;
	const worker = (state: string): number => workers[state] ?? 0;
	const found: Finding[] = [];
	const working = worker('idle') + worker('busy');
	if (task('error') > 0) {
		found.push({
			role: 'error',
			text: `${plural(task('error'), 'task')} in error`,
		});
	}

	if (worker('error') > 0) {
		found.push({
			role: 'error',
			text: `${plural(worker('error'), 'worker')} cannot work`,
		});
	}

	if (worker('unreachable') > 0) {
		found.push({
			role: 'warning',
			text: `${plural(worker('unreachable'), 'worker')} not reached`,
		});
	}

	const ready = task('ready');
	if (working === 0) {
		found.push({
			role: ready > 0 ? 'error' : 'warning',
			text:
				ready > 0
					? `${plural(ready, 'task')} ready, and no worker to take ${ready === 1 ? 'it' : 'them'}`
					: 'no worker takes work',
		});
	} else if (ready > 0 && worker('busy') === 0) {
		found.push({
			role: 'warning',
			text: `${plural(ready, 'task')} ready that no worker takes: explain one`,
		});
	}

	if (worker('draining') > 0) {
		found.push({
			role: 'dim',
			text: `${plural(worker('draining'), 'worker')} draining`,
		});
	}

	return found.length > 0
		? found
		: [
				{
					role: 'good',
					text: `all is well${worker('busy') > 0 ? `: ${countText(worker('busy'))} of ${plural(working, 'worker')} busy` : ''}`,
				},
			];
};
