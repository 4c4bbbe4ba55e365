import type {NodeDefinition} from './contract.js';
import {attributeSplitterNode} from './core/attribute-splitter.js';
import {commandNode} from './core/command.js';
import {deleteAttribNode} from './core/delete-attrib.js';
import {environmentSetterNode} from './core/environment-setter.js';
import {killerNode} from './core/killer.js';
import {modAttribNode} from './core/mod-attrib.js';
import {nullNode} from './core/null.js';
import {parentChildrenWaiterNode} from './core/parent-children-waiter.js';
import {renameAttribNode} from './core/rename-attrib.js';
import {scriptNode} from './core/script.js';
import {setAttribNode} from './core/set-attrib.js';
import {spawnChildrenNode} from './core/spawn-children.js';
import {splitWaiterNode} from './core/split-waiter.js';
import {switchNode} from './core/switch.js';
import {waitForTaskValueNode} from './core/wait-for-task-value.js';
import {wedgeNode} from './core/wedge.js';

/** The node types that are always there. */
export const coreNodes: readonly NodeDefinition[] = [
	nullNode,
	killerNode,
	setAttribNode,
	modAttribNode,
	renameAttribNode,
	deleteAttribNode,
	switchNode,
	spawnChildrenNode,
	attributeSplitterNode,
	wedgeNode,
	splitWaiterNode,
	parentChildrenWaiterNode,
	waitForTaskValueNode,
	environmentSetterNode,
	scriptNode,
	commandNode,
];
