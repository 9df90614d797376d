"""How people and machines reach Ayni. Channels translate; the rules live below."""
