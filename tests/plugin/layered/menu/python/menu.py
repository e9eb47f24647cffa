DISHES = ["pizza"]
