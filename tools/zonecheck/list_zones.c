/* Prints the telephone zones that libtonezone has built in, for zonecheck:
 *
 *     zone <number> <code> <name>
 *     tone <number> <its sound, as the library writes it>
 *     end <zones>
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <dahdi/tonezone.h>

/* Whether the field holds text, which may fill it without an end (one name does), and nothing
 * that a terminal would act on. */
static int is_text(const char *field, size_t size)
{
	size_t i;

	for (i = 0; i < size && field[i]; i++)
		if (!isprint((unsigned char)field[i]))
			return 0;
	return i > 0;
}

/* With other sizes in the header than in the library, every zone but the first would be
 * read from a wrong place. The library's own search says where it is. */
static int is_whole(struct tone_zone *zone)
{
	return is_text(zone->country, sizeof zone->country) &&
	       is_text(zone->description, sizeof zone->description) &&
	       tone_zone_find(zone->country) == zone;
}

int main(void)
{
	struct tone_zone *zone;
	int count = 0, i;

	for (zone = builtin_zones; zone->zone != -1; zone++, count++) {
		if (!is_whole(zone)) {
			fprintf(stderr, "list_zones: zone %d of the library is not where this "
				"header puts it: include/dahdi/user.h has other sizes\n", count);
			return 1;
		}
		printf("zone %d %.*s %.*s\n", zone->zone, (int)sizeof zone->country, zone->country,
		       (int)sizeof zone->description, zone->description);
		for (i = 0; i < DAHDI_TONE_MAX; i++) {
			struct tone_zone_sound *tone = &zone->tones[i];

			if (tone->data[0])
				printf("tone %d %.*s\n", tone->toneid,
				       (int)sizeof tone->data, tone->data);
		}
	}
	printf("end %d\n", count);
	return 0;
}
