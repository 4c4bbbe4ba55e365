import type {NodeDefinition} from './contract.js';
import {attributeSplitter} from './core/attribute-splitter.js';
import {command} from './core/command.js';
import {deleteAttrib} from './core/delete-attrib.js';
import {environmentSetter} from './core/environment-setter.js';
import {killer} from './core/killer.js';
import {modAttrib} from './core/mod-attrib.js';
import {nullNode} from './core/null.js';
import {parentChildrenWaiter} from './core/parent-children-waiter.js';
import {renameAttrib} from './core/rename-attrib.js';
import {script} from './core/script.js';
import {setAttrib} from './core/set-attrib.js';
import {spawnChildren} from './core/spawn-children.js';
import {splitWaiter} from './core/split-waiter.js';
import {switchNode} from './core/switch.js';
import {waitForTaskValue} from './core/wait-for-task-value.js';
import {wedge} from './core/wedge.js';

/** The node types that are always there. */
export const coreNodes: readonly NodeDefinition[] = [
	nullNode,
	killer,
	setAttrib,
	modAttrib,
	renameAttrib,
	deleteAttrib,
	switchNode,
	spawnChildren,
	attributeSplitter,
	wedge,
	splitWaiter,
	parentChildrenWaiter,
	waitForTaskValue,
	environmentSetter,
	script,
	command,
];
