import {FarmError} from '../../../core/errors.js';
import {shellWord} from '../../text/shell-word.js';
import type {Tools} from '../../tools.js';
import type {GraphStep} from './edit.js';

/**
Asks for a step, and waits until it is taken.

@throws {FarmError} where the scheduler refuses, or cannot be asked
*/
export const runStep = async (
	tools: Pick<Tools, 'change'>,
	step: GraphStep,
): Promise<void> => {
	const change: Tools['change'] = async (wanted) => {
		const answer = await tools.change(wanted);
		if (answer === undefined) {
			throw new FarmError(
				'UNREACHABLE',
				'The scheduler could not be told, and nothing was changed.',
			);
		}

		return answer;
	};

	switch (step.kind) {
		case 'apply': {
			const answer = await change({
				method: 'graph.apply',
				params: {document: step.document},
				command: 'graph apply FILE',
			});
			const faults = answer?.faults ?? [];
			if (faults.length > 0) {
				throw new FarmError(
					'INVALID',
					faults.map(({message}) => message).join('; '),
				);
			}

			return;
		}

		case 'delete': {
			await change({
				method: 'node.delete',
				params: {names: [...step.names]},
				command: `node delete ${step.names.map((name) => shellWord(name)).join(' ')}`,
			});
			return;
		}

		case 'rename': {
			await change({
				method: 'node.rename',
				params: {name: step.name, to: step.to},
				command: `node rename ${shellWord(step.name)} ${shellWord(step.to)}`,
			});
			return;
		}

		case 'connect': {
			await change({
				method: 'connection.add',
				params: {connection: step.wire},
				command: `node connect ${shellWord(step.wire)}`,
			});
			return;
		}

		case 'disconnect': {
			await change({
				method: 'connection.remove',
				params: {connection: step.wire},
				command: `node disconnect ${shellWord(step.wire)}`,
			});
			return;
		}

		case 'pause':
		case 'resume': {
			await change({
				method: 'node.act',
				params: {action: step.kind, names: [...step.names]},
				command: `node ${step.kind} ${step.names.map((name) => shellWord(name)).join(' ')}`,
			});
			return;
		}

		case 'set': {
			await change({
				method: 'node.set',
				params: {name: step.name, parameters: step.parameters},
				command: `node set ${shellWord(step.name)} ${Object.entries(
					step.parameters,
				)
					.map(([parameter, value]) =>
						shellWord(`${parameter}:=${JSON.stringify(value)}`),
					)
					.join(' ')}`,
			});
		}
	}
};
