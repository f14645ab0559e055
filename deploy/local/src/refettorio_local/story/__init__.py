"""The story of a small town: the main job of Refettorio played through the gateway, each step checked."""
