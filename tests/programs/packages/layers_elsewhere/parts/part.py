class Part:
    inputs = outputs = 0

    def update(self, step):
        pass
