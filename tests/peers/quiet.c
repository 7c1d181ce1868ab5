/* libspandsp 0.0.6 was packaged with its echo canceller's notes to its author left in: two lines on
   standard output a sample, which cost more than the canceller. They are printed by this instead,
   which does nothing, so that what is measured is what it computes. */

int __printf_chk(int flag, const char *format, ...);

int __printf_chk(int flag, const char *format, ...)
{
    (void) flag;
    (void) format;
    return 0;
}
