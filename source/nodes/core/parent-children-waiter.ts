import type {TaskId} from '../../core/ids.js';
import {
	defineNode,
	type ProcessResult,
	type Relative,
	type Relatives,
	type Release,
	type TaskView,
} from '../contract.js';
import {promote, promoteParameter} from '../promote.js';

type PromoteRows = Parameters<typeof promote>[0];

/** A parent that has come, with what it waits for. */
type Family = {
	readonly parent: Pick<Relative, 'id'>;
	/** Its children, or all its descendants: those that live. */
	readonly members: readonly Relative[];
};

/**
A parent comes by `main` and waits for its members; a member comes by `children` and waits for its parent. Whoever comes last finds everyone there and lets all go in one result. A child that comes by `main` is here too, but it leaves with its own children: its parent does not wait for that. Nothing is remembered: who is here is looked up, so that members that die or are moved away meanwhile leave no trace.
*/
export const parentChildrenWaiterNode = defineNode({
	type: 'parent_children_waiter',
	label: 'Parent-children waiter',
	tags: ['gather'],
	description:
		'Holds a parent (by "main") and its living children (by "children") until all of them are here, then lets each out by the output of its input. A task that has died is not waited for, nor is what it spawned.',
	inputs: ['main', 'children'],
	outputs: ['main', 'children'],
	parameters: {
		recursive: {
			type: 'bool',
			label: 'Recursive',
			default: false,
			description: 'Wait for the children of children too.',
		},
		...promoteParameter,
	},
	process({task, relatives, parameters}) {
		const search = {relatives, recursive: parameters.recursive};
		if (task.input === 'main') {
			const {active, arrived} = task.children;
			const result: ProcessResult =
				arrived < active
					? {kind: 'not_ready', message: 'Waits for its children.'}
					: letGo({
							family: familyOf(task, search),
							asking: task.id,
							rows: parameters.promote,
						});
			return result.kind === 'not_ready'
				? {...result, release: parentToLook(task, search)}
				: result;
		}

		if (task.parent_id === undefined) {
			return {kind: 'pass', output: 'children'};
		}

		if (task.split) {
			return {
				kind: 'error',
				message: `The task is element ${task.split.index} of the divided task ${task.split.origin_id}, for which its parent waits as a whole: gather it with a split_waiter first.`,
			};
		}

		const parent = parentThatCame(task.parent_id, search);
		switch (parent.kind) {
			case 'gone': {
				return {kind: 'pass', output: 'children'};
			}

			case 'missing': {
				return {
					kind: 'not_ready',
					message:
						'Waits for its parent, and its parent for the other children.',
				};
			}

			case 'came': {
				return letGo({
					family: familyOf(parent.parent, search),
					asking: task.id,
					rows: parameters.promote,
				});
			}
		}
	},
});

/** A child that came by `main` and stays may be the last one that its own parent waits for. */
const parentToLook = (
	{parent_id: id, split}: TaskView,
	search: Search,
): readonly Release[] => {
	const found =
		id === undefined || split ? undefined : parentThatCame(id, search);
	return found?.kind === 'came' ? [{task: found.parent.id}] : [];
};

type Search = {readonly relatives: Relatives; readonly recursive: boolean};

/** Who waits for the members of this family. Members between it and them must have come as well, or it cannot be complete; only counts are looked at, so that one arrival costs the same whatever the number of members. */
const parentThatCame = (
	id: TaskId,
	{relatives, recursive}: Search,
):
	| {readonly kind: 'gone' | 'missing'}
	| {readonly kind: 'came'; readonly parent: Relative} => {
	const relative = relatives.get(id);
	if (!relative?.alive) {
		return {kind: 'gone'};
	}

	if (
		!relative.arrived ||
		relative.children.arrived < relative.children.active
	) {
		return {kind: 'missing'};
	}

	if (relative.input === 'main') {
		return {kind: 'came', parent: relative};
	}

	if (!recursive) {
		return {kind: 'missing'};
	}

	return relative.parent_id === undefined
		? {kind: 'gone'}
		: parentThatCame(relative.parent_id, {relatives, recursive});
};

/** Undefined where someone is not here yet. */
const familyOf = (
	parent: Family['parent'],
	{relatives, recursive}: Search,
): Family | undefined => {
	const members: Relative[] = [];
	const families: TaskId[] = [parent.id];
	for (let id = families.pop(); id !== undefined; id = families.pop()) {
		for (const member of relatives.children(id)) {
			// One that has come by `main` is a parent itself, and leaves by its own rules.
			if (!member.arrived) {
				return undefined;
			}

			if (member.input === 'main') {
				continue;
			}

			members.push(member);
			if (!(recursive && member.children.active > 0)) {
				continue;
			}

			if (member.children.arrived < member.children.active) {
				return undefined;
			}

			families.push(member.id);
		}
	}

	return {parent, members};
};

const letGo = ({
	family,
	asking,
	rows,
}: {
	readonly family: Family | undefined;
	readonly asking: TaskId;
	readonly rows: PromoteRows;
}): ProcessResult => {
	if (!family) {
		return {kind: 'not_ready', message: 'Waits for the others of its family.'};
	}

	const {parent, members} = family;
	const set = promote(
		rows,
		rows.length === 0
			? []
			: members.map(({id, attributes}) => ({order: id, attributes})),
	);
	if (set.kind === 'fault') {
		return {kind: 'error', message: set.message};
	}

	const others: readonly Release[] = members
		.filter(({id}) => id !== asking)
		.map(({id}) => ({task: id, output: 'children'}));
	return asking === parent.id
		? {kind: 'pass', set: set.value, output: 'main', release: others}
		: {
				kind: 'pass',
				output: 'children',
				release: [{task: parent.id, set: set.value, output: 'main'}, ...others],
			};
};
