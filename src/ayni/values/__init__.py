"""Pure words that every part of Ayni speaks: money, ids, periods, rates and telephone numbers."""
