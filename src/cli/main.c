/* The program. Everything is in cli.c, where tests can reach it. */
#include "cli.h"

int main(int argc, char **argv)
{
    return quire_cli_main(argc, argv);
}
