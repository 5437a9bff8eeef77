"""Logs of a robot: MCAP files and ROS bags, as recordings of images."""
