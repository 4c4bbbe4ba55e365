import type {Json} from '../../core/json.js';
import {defineNode} from '../contract.js';

const defaultOutputs = 2;
const mostOutputs = 100;

export const switchNode = defineNode({
	type: 'switch',
	label: 'Switch',
	tags: ['flow'],
	description:
		'The task leaves by the output with that number, from 0; a number that is too low or too high counts as the first or the last.',
	outputs: ({outputs}) =>
		Array.from({length: outputCount(outputs)}, (_, index) => outputName(index)),
	parameters: {
		outputs: {
			type: 'int',
			label: 'Outputs',
			default: defaultOutputs,
			min: 1,
			max: mostOutputs,
			description: 'How many there are.',
		},
		output: {
			type: 'int',
			label: 'Output',
			default: 0,
			description: 'By which of them the task leaves.',
		},
	},
	process: ({parameters: {outputs, output}}) => ({
		kind: 'pass',
		output: outputName(Math.max(0, Math.min(outputCount(outputs) - 1, output))),
	}),
});

const outputName = (index: number): string => `output${index}`;

const outputCount = (value: Json | undefined): number =>
	typeof value === 'number'
		? Math.max(1, Math.min(mostOutputs, Math.floor(value)))
		: defaultOutputs;
