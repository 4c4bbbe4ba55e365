import process from 'node:process';

// Answers each question with who it is.
process.on('message', ({id}: {readonly id: number}) => {
	process.send?.({id, pid: process.pid});
});
