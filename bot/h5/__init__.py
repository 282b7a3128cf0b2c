"""The pages inside WeChat: the wall of mottos, the standings, and what we keep about whom."""
