/* The library's header asks for this one, which its Debian package does not bring: it is
 * part of the kernel modules. Of it the header needs two sizes. If they are not those the
 * library was built with, list_zones finds out and says so. */
#define DAHDI_MAX_CADENCE 16
#define DAHDI_TONE_MAX 16
