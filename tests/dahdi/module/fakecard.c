// SPDX-License-Identifier: GPL-2.0
/*
 * A card for analog lines that is not there: for tests of what DAHDI's local spans cannot show.
 *
 * What: one span of channels with the signals of copper: loop current, ringing, battery and its
 *   loss, polarity; and a clock that ticks each millisecond as a card interrupts.
 * How: the channels of `feeds` drive lines as an exchange does or a port for telephones (DAHDI's
 *   fxo signalling); the others are telephones or trunk ports (fxs signalling). The first that
 *   feeds is wired to the first that is fed, and so on: audio crosses octet by octet within the
 *   tick, signals with the debounce times of real cards. /proc/fakecard tells the state and takes
 *   faults, a line each: see `commands`.
 * Limits: no hybrid, no gains, no caller identity; ringing is on or off.
 */
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <dahdi/kernel.h>

#define NAME "fakecard"
#define MOST 256
#define UNKNOWN (-1)

static int channels = 4;
module_param(channels, int, 0444);
MODULE_PARM_DESC(channels, "how many, an even number");
static char *feeds[MOST / 2] = { "3-4" };
static int ranges = 1;
module_param_array(feeds, charp, &ranges, 0444);
MODULE_PARM_DESC(feeds, "which feed a line: half of all, as 3,7-9");
static bool master = true;
module_param(master, bool, 0444);
MODULE_PARM_DESC(master, "whether its clock is DAHDI's too; local spans then tick with it");
static int battery_debounce = 64;
module_param(battery_debounce, int, 0644);
MODULE_PARM_DESC(battery_debounce, "ms until battery counts as lost or back");
static int polarity_debounce = 64;
module_param(polarity_debounce, int, 0644);
MODULE_PARM_DESC(polarity_debounce, "ms until a reversal counts");
static int battery_alarm = 1000;
module_param(battery_alarm, int, 0644);
MODULE_PARM_DESC(battery_alarm, "ms from lost battery to the channel's alarm, and back");

/*
 * One channel. What others write while the clock runs are single words: the side that is fed reads
 * those of the side that feeds, and a tick later is soon enough.
 */
struct port {
	struct port *peer;
	struct dahdi_chan *chan;
	bool feeding;
	int tx;			/* what DAHDI last told the line's driver, enum dahdi_txsig */
	/* the side that feeds */
	int reversed;		/* tip and ring are exchanged */
	int cut;		/* injected: no battery */
	int ring_ms;		/* injected: ringing voltage for so long */
	/* the side that is fed */
	int battery;		/* as debounced */
	int battery_ms;		/* how long it has been otherwise */
	int alarm_ms;		/* until the alarm follows the battery */
	int polarity;		/* as debounced */
	int polarity_last;	/* as last seen */
	int polarity_ms;	/* until that counts */
};

static struct port *ports;
static struct dahdi_chan **chans;
static struct dahdi_span span;
static struct dahdi_device *device;
static struct platform_device *parent;
static struct proc_dir_entry *proc;
static struct hrtimer timer;
static unsigned long ticks, late;
static int hold_ms, lose_ms, pending;

static bool closed(const struct port *phone)
{
	int tx = READ_ONCE(phone->tx);

	return tx == DAHDI_TXSIG_OFFHOOK || tx == DAHDI_TXSIG_START;
}

static bool fed(const struct port *feeder)
{
	return !READ_ONCE(feeder->cut) && READ_ONCE(feeder->tx) != DAHDI_TXSIG_KEWL;
}

/* Battery counts once it has been so for the debounce; the first look counts at once. */
static void watch_battery(struct port *p, bool battery)
{
	struct dahdi_chan *chan = p->chan;

	/* DAHDI forgets the line's state when the channel is configured: tell it anew. */
	if (chan->rxhooksig == DAHDI_RXSIG_INITIAL)
		p->battery = UNKNOWN;
	if (battery == p->battery) {
		p->battery_ms = 0;
	} else if (p->battery == UNKNOWN || ++p->battery_ms >= battery_debounce) {
		p->battery = battery;
		p->battery_ms = 0;
		p->alarm_ms = max(1, battery_alarm - battery_debounce);
		dahdi_hooksig(chan, battery ? DAHDI_RXSIG_OFFHOOK : DAHDI_RXSIG_ONHOOK);
	}
	if (p->alarm_ms && !--p->alarm_ms)
		dahdi_alarm_channel(chan, p->battery ? DAHDI_ALARM_NONE : DAHDI_ALARM_RED);
}

/* A card sees no polarity without battery, and tells that it changed, not what it is. */
static void watch_polarity(struct port *p, bool battery, int polarity)
{
	if (battery && polarity != p->polarity_last) {
		p->polarity_last = polarity;
		p->polarity_ms = max(1, polarity_debounce);
	}
	if (p->polarity_ms && !--p->polarity_ms && p->polarity != p->polarity_last) {
		if (p->polarity != UNKNOWN)
			dahdi_qevent_lock(p->chan, DAHDI_EVENT_POLARITY);
		p->polarity = p->polarity_last;
	}
}

static void watch_ringing(struct port *p, bool ringing)
{
	if (p->battery != 1 || closed(p))
		return;
	if (ringing)
		dahdi_hooksig(p->chan, DAHDI_RXSIG_RING);
	else if (p->chan->rxhooksig == DAHDI_RXSIG_RING)
		dahdi_hooksig(p->chan, DAHDI_RXSIG_OFFHOOK);
}

static void be_fed(struct port *p)
{
	struct port *feeder = p->peer;
	bool battery = fed(feeder);
	bool ringing = READ_ONCE(feeder->tx) == DAHDI_TXSIG_START;

	if (feeder->ring_ms > 0) {
		feeder->ring_ms--;
		ringing = true;
	}
	watch_battery(p, battery);
	watch_polarity(p, battery, READ_ONCE(feeder->reversed));
	watch_ringing(p, ringing);
}

/* Without battery no current flows, whatever the telephone does. */
static void feed(struct port *p)
{
	bool current_flows = closed(p->peer) && fed(p);

	dahdi_hooksig(p->chan, current_flows ? DAHDI_RXSIG_OFFHOOK : DAHDI_RXSIG_ONHOOK);
}

static void tick(void)
{
	int i;

	ticks++;
	dahdi_transmit(&span);
	for (i = 0; i < channels; i++) {
		struct port *p = &ports[i];

		memcpy(p->chan->readchunk, p->peer->chan->writechunk, DAHDI_CHUNKSIZE);
		if (!p->chan->sig)
			continue;
		if (p->feeding)
			feed(p);
		else
			be_fed(p);
	}
	dahdi_ec_span(&span);
	dahdi_receive(&span);
}

static enum hrtimer_restart on_timer(struct hrtimer *t)
{
	int due = (int)hrtimer_forward_now(t, ms_to_ktime(1));
	int lost = min(due, READ_ONCE(lose_ms));
	int held = min(due, READ_ONCE(hold_ms));

	late += due - 1;
	lose_ms -= lost;
	hold_ms -= held;
	pending += due - lost;
	if (hold_ms > 0)
		return HRTIMER_RESTART;
	for (; pending > 0; pending--)
		tick();
	return HRTIMER_RESTART;
}

/* Called with the channel's lock held: the next tick acts on it. */
static int on_hooksig(struct dahdi_chan *chan, enum dahdi_txsig tx)
{
	struct port *p = chan->pvt;

	WRITE_ONCE(p->tx, tx);
	return 0;
}

static int on_ioctl(struct dahdi_chan *chan, unsigned int cmd, unsigned long data)
{
	struct port *p = chan->pvt;
	int reversed;

	if (cmd != DAHDI_SETPOLARITY)
		return -ENOTTY;
	if (get_user(reversed, (int __user *)data))
		return -EFAULT;
	/* As cards do: not on a line that is fed, nor while it is rung or has no battery. */
	if (!p->feeding || p->tx == DAHDI_TXSIG_START || p->tx == DAHDI_TXSIG_KEWL)
		return -EINVAL;
	WRITE_ONCE(p->reversed, !!reversed);
	return 0;
}

static const struct dahdi_span_ops ops = {
	.owner = THIS_MODULE,
	.hooksig = on_hooksig,
	.ioctl = on_ioctl,
};

static int show(struct seq_file *m, void *unused)
{
	int i;

	seq_printf(m, "ticks %lu late %lu\n", ticks, late);
	for (i = 0; i < channels; i++) {
		struct port *p = &ports[i];

		seq_printf(m, "%d channel %d %s peer %d tx %d rx %d cut %d reversed %d alarm %d\n",
			   i + 1, p->chan->channo, p->feeding ? "feeds" : "is-fed",
			   p->peer->chan->chanpos, p->tx, p->chan->rxhooksig, p->cut, p->reversed,
			   p->chan->chan_alarms);
	}
	return 0;
}

static int on_open(struct inode *inode, struct file *file)
{
	return single_open(file, show, NULL);
}

/* The side of the line that feeds, whichever was named. */
static struct port *feeder_of(struct port *p)
{
	return p->feeding ? p : p->peer;
}

static u32 *counter_of(const char *what)
{
	const struct {
		const char *name;
		u32 *counter;
	} known[] = {
		{ "framing", &span.count.fe },
		{ "code", &span.count.cv },
		{ "bipolar", &span.count.bpv },
		{ "crc4", &span.count.crc4 },
		{ "e-bits", &span.count.ebit },
		{ "alignment", &span.count.fas },
		{ "bits", &span.count.be },
		{ "pattern", &span.count.prbs },
		{ "seconds", &span.count.errsec },
		{ "interrupts", &device->irqmisses },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(what, known[i].name))
			return known[i].counter;
	return NULL;
}

/*
 * commands: `hold MS` ticks come late, at once, after so long; `lose MS` they never come.
 * `battery PORT 0|1`, `polarity PORT 0|1`, `ring PORT MS`: of the line at this port.
 * `alarm PORT MASK`, `event PORT NUMBER`: raw, at this port.
 * `COUNTER N`: what the span has counted, see `counter_of`.
 */
static int command(const char *what, int first, int second)
{
	u32 *counter = counter_of(what);
	struct port *p;

	if (counter) {
		WRITE_ONCE(*counter, first);
		return 0;
	}
	if (!strcmp(what, "hold") || !strcmp(what, "lose")) {
		if (first < 0 || first > 10000)
			return -EINVAL;
		WRITE_ONCE(*(*what == 'h' ? &hold_ms : &lose_ms), first);
		return 0;
	}
	if (first < 1 || first > channels)
		return -EINVAL;
	p = &ports[first - 1];
	if (!strcmp(what, "battery"))
		WRITE_ONCE(feeder_of(p)->cut, !second);
	else if (!strcmp(what, "polarity"))
		WRITE_ONCE(feeder_of(p)->reversed, !!second);
	else if (!strcmp(what, "ring"))
		WRITE_ONCE(feeder_of(p)->ring_ms, second);
	else if (!strcmp(what, "alarm"))
		dahdi_alarm_channel(p->chan, second);
	else if (!strcmp(what, "event"))
		dahdi_qevent_lock(p->chan, second);
	else
		return -EINVAL;
	return 0;
}

static ssize_t on_write(struct file *file, const char __user *text, size_t length, loff_t *at)
{
	char line[64], what[16];
	int first, second = 0, error;

	if (length >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, length))
		return -EFAULT;
	line[length] = 0;
	if (sscanf(line, "%15s %d %d", what, &first, &second) < 2)
		return -EINVAL;
	error = command(what, first, second);
	return error ? error : length;
}

static const struct proc_ops proc_ops = {
	.proc_open = on_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = on_write,
};

static int choose_feeding(void)
{
	int i, n, first, last;

	for (i = 0; i < ranges; i++) {
		n = sscanf(feeds[i], "%d-%d", &first, &last);
		if (n == 1)
			last = first;
		if (n < 1 || first < 1 || last < first || last > channels)
			return -EINVAL;
		for (; first <= last; first++)
			ports[first - 1].feeding = true;
	}
	return 0;
}

/* The nth that feeds with the nth that is fed. */
static int wire(void)
{
	int feeder = 0, phone = 0;

	for (;; feeder++, phone++) {
		while (feeder < channels && !ports[feeder].feeding)
			feeder++;
		while (phone < channels && ports[phone].feeding)
			phone++;
		if (feeder == channels && phone == channels)
			return 0;
		if (feeder == channels || phone == channels)
			return -EINVAL;
		ports[feeder].peer = &ports[phone];
		ports[phone].peer = &ports[feeder];
	}
}

static int make_channels(void)
{
	int i;

	for (i = 0; i < channels; i++) {
		struct port *p = &ports[i];
		struct dahdi_chan *chan = kzalloc(sizeof(*chan), GFP_KERNEL);

		if (!chan)
			return -ENOMEM;
		p->chan = chans[i] = chan;
		p->battery = p->polarity = p->polarity_last = UNKNOWN;
		chan->pvt = p;
		chan->chanpos = i + 1;
		chan->sigcap = DAHDI_SIG_CLEAR |
			(p->feeding ? DAHDI_SIG_FXOKS | DAHDI_SIG_FXOLS | DAHDI_SIG_FXOGS
				    : DAHDI_SIG_FXSKS | DAHDI_SIG_FXSLS | DAHDI_SIG_FXSGS);
		snprintf(chan->name, sizeof(chan->name), "FAKE/0/%d", i);
	}
	return 0;
}

static int make_span(void)
{
	device = dahdi_create_device();
	if (!device)
		return -ENOMEM;
	parent = platform_device_register_simple(NAME, PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	device->manufacturer = "sallyport";
	device->devicetype = "fake card of analog lines";
	device->location = "memory";
	strscpy(span.name, "FAKE/0", sizeof(span.name));
	strscpy(span.desc, "Fake card of analog lines", sizeof(span.desc));
	span.deflaw = DAHDI_LAW_MULAW;
	span.spantype = SPANTYPE_ANALOG_MIXED;
	span.flags = DAHDI_FLAG_RBS;
	span.cannot_provide_timing = !master;
	span.ops = &ops;
	span.chans = chans;
	span.channels = channels;
	list_add_tail(&span.device_node, &device->spans);
	return dahdi_register_device(device, &parent->dev);
}

static void free_all(void)
{
	int i;

	if (!IS_ERR_OR_NULL(parent))
		platform_device_unregister(parent);
	if (device)
		dahdi_free_device(device);
	for (i = 0; chans && i < channels; i++)
		kfree(chans[i]);
	kfree(chans);
	kfree(ports);
}

static int __init fakecard_init(void)
{
	int error;

	if (channels < 2 || channels > MOST || channels % 2)
		return -EINVAL;
	ports = kcalloc(channels, sizeof(*ports), GFP_KERNEL);
	chans = kcalloc(channels, sizeof(*chans), GFP_KERNEL);
	error = ports && chans ? 0 : -ENOMEM;
	if (!error)
		error = choose_feeding();
	if (!error)
		error = wire();
	if (!error)
		error = make_channels();
	if (!error)
		error = make_span();
	if (error) {
		free_all();
		return error;
	}
	proc = proc_create(NAME, 0600, NULL, &proc_ops);
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	timer.function = on_timer;
	hrtimer_start(&timer, ms_to_ktime(1), HRTIMER_MODE_REL_HARD);
	return 0;
}

static void __exit fakecard_exit(void)
{
	hrtimer_cancel(&timer);
	proc_remove(proc);
	dahdi_unregister_device(device);
	free_all();
}

module_init(fakecard_init);
module_exit(fakecard_exit);
MODULE_LICENSE("GPL v2");
MODULE_DESCRIPTION("Fake card of analog lines, for tests");
