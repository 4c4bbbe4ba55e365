# A process of the torturer's tasks: sh job.sh LABEL KIND QUARTERS DATA, where it takes so many quarters of a second
# It keeps an account of itself in a file of its own: when it began, that it still lived, and how it ended. Times are the
# system's own since it started, which no jump of a clock moves; lines are one write each to a file opened for appending.
label=$1 kind=$2 quarters=$3 data=$4
account=$TORTURE_ACCOUNT/$LIFEBLOOD_RUNTIME_TID.$LIFEBLOOD_RUNTIME_IID.$$
line() {
	read -r now _ </proc/uptime
	text="$1 $LIFEBLOOD_RUNTIME_TID $LIFEBLOOD_RUNTIME_IID $$ $PPID $TORTURE_WORKER $now $label $2"
}
note() {
	line "$@"
	printf '%s\n' "$text" | dd of="$account" oflag=append conv=notrunc,fsync status=none
}
end() {
	note end "$1"
	exit "$1"
}
# How many processes of this label began before.
tries=$TORTURE_TRIES/$(printf '%s' "$label" | tr / _)
[ "$kind" = stubborn ] && trap '' TERM
note begin "$data"
echo >>"$tries"
count=$(wc -l <"$tries")
echo "$label begins on $TORTURE_WORKER"
echo "in the working folder" >notes.txt
case $kind in
	fork)
		sleep 0.7 &
		(sleep 0.3; sleep 0.1) &
		;;
	orphan) sleep 600 & ;;
	daemon) setsid sh -c 'trap "" TERM HUP; while :; do sleep 1; done' & ;;
	noisy) dd if=/dev/zero bs=64k count=2 status=none | tr '\0' 'x' | fold -w 120 ;;
esac
step=0
while [ "$step" -lt "$quarters" ]; do
	sleep 0.25
	step=$((step + 1))
	line beat
	echo "$text" >>"$account"
	echo "ALF_PROGRESS $((100 * step / quarters))%"
done
# What it says of its task, while worker and scheduler come and go, is given to the process after it.
case $label in
*/two)
	refused=0
	until lifeblood job attr set said=yes; do
		refused=$((refused + 1))
		[ "$refused" -ge 50 ] && end 9
		sleep 0.5
		line beat
		echo "$text" >>"$account"
	done
	;;
esac
[ "$kind" = fork ] && wait
[ "$kind" = again ] && [ "$count" -lt 3 ] && end 3
[ "$kind" = faulty ] && [ "$count" -lt 2 ] && end 4
end 0
